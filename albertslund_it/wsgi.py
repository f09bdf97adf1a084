import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "albertslund_it.settings")
application = get_wsgi_application()
