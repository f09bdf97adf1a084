from django.urls import path

from leasing.movements.views.actions import HandOutPage, LendPage, TakeBackPage, TransferPage
from leasing.movements.views.single import device_breach, device_found, device_loss, device_swap

urlpatterns = [
    path("udstyr/udlever/", HandOutPage.as_view(), name="hand-out"),
    path("udstyr/flyt/", TransferPage.as_view(), name="transfer"),
    path("udstyr/tag-tilbage/", TakeBackPage.as_view(), name="take-back"),
    path("udstyr/udlaan/", LendPage.as_view(), name="lend"),
    path("udstyr/<int:pk>/ombyt/", device_swap, name="swap"),
    path("udstyr/<int:pk>/tab/", device_loss, name="loss"),
    path("udstyr/<int:pk>/brud/", device_breach, name="breach"),
    path("udstyr/<int:pk>/fundet/", device_found, name="found-again"),
]
