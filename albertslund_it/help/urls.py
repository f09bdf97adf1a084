from django.urls import path

from albertslund_it.help.views import help_index, help_topic, keys, news, words

urlpatterns = [
    path("hjaelp/", help_index, name="help"),
    path("hjaelp/ordliste/", words, name="help-words"),
    path("hjaelp/genveje/", keys, name="help-keys"),
    path("hjaelp/nyt/", news, name="help-news"),
    path("hjaelp/<slug:slug>/", help_topic, name="help-topic"),
]
