from django.contrib.auth.decorators import login_not_required
from django.urls import path

from leasing.users.views.password import PasswordPage
from leasing.users.views.posts import post_list
from leasing.users.views.users import (
    UserList,
    access_end,
    access_new,
    user_close,
    user_detail,
    user_edit,
    user_invite_again,
    user_new,
    user_open,
)

urlpatterns = [
    path("brugere/", UserList.as_view(), name="user-list"),
    path("brugere/ny/", user_new, name="user-new"),
    path("brugere/ledere/", post_list, name="post-list"),
    path("brugere/<int:pk>/", user_detail, name="user-detail"),
    path("brugere/<int:pk>/ret/", user_edit, name="user-edit"),
    path("brugere/<int:pk>/adgang/", access_new, name="access-new"),
    path("brugere/<int:pk>/adgang/<int:access>/", access_end, name="access-end"),
    path("brugere/<int:pk>/invitation/", user_invite_again, name="user-invite-again"),
    path("brugere/<int:pk>/luk/", user_close, name="user-close"),
    path("brugere/<int:pk>/aabn/", user_open, name="user-open"),
    path(
        "adgangskode/<str:uidb64>/<str:token>/",
        login_not_required(PasswordPage.as_view()),
        name="password-set",
    ),
]
