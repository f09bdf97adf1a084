from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from albertslund_it.help.reference import KEYS, NEWS, WORDS
from albertslund_it.help.topics import BY_SLUG, TOPICS, groups_for


@require_safe
def help_index(request):
    asked = request.GET.get("q", "")[:100].strip()
    names = set(request.user.groups.values_list("name", flat=True))
    groups = list(groups_for(names, asked))
    return render(request, "help/index.html", {"asked": asked, "groups": groups})


@require_safe
def help_topic(request, slug):
    topic = BY_SLUG.get(slug)
    if topic is None:
        raise Http404
    context = {
        "topic": topic,
        "others": [one for one in TOPICS if one.group == topic.group and one != topic],
    }
    return render(request, "help/topic.html", context)


@require_safe
def words(request):
    return render(request, "help/words.html", {"words": WORDS})


@require_safe
def keys(request):
    return render(request, "help/keys.html", {"keys": KEYS})


@require_safe
def news(request):
    return render(request, "help/news.html", {"news": NEWS})
