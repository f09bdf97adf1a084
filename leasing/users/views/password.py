from django.contrib import messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.urls import reverse_lazy

from leasing.users.forms import NewPasswordForm


class PasswordPage(PasswordResetConfirmView):
    """Choose a password by the link of a mail: Django's own, which works once and for some days."""

    form_class = NewPasswordForm
    template_name = "leasing/users/password.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form):
        response = super().form_valid(form)
        messages.success(self.request, "Adgangskoden er gemt. Log ind med den.")
        return response

    def dispatch(self, *args, **kwargs):
        response = super().dispatch(*args, **kwargs)
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response
