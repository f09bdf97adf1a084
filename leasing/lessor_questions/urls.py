from django.urls import path

from leasing.lessor_questions.views import (
    QuestionList,
    QuestionPage,
    question_answered,
    question_edit,
    question_file,
    question_new,
    question_withdraw,
)

urlpatterns = [
    path("henvendelser/", QuestionList.as_view(), name="lessor-question-list"),
    path("henvendelser/ny/", question_new, name="lessor-question-new"),
    path("henvendelser/<int:pk>/", QuestionPage.as_view(), name="lessor-question"),
    path("henvendelser/<int:pk>/ret/", question_edit, name="lessor-question-edit"),
    path("henvendelser/<int:pk>/slet/", question_withdraw, name="lessor-question-withdraw"),
    path("henvendelser/<int:pk>/liste/", question_file, name="lessor-question-file"),
    path("henvendelser/<int:pk>/besvaret/", question_answered, name="lessor-question-answered"),
]
