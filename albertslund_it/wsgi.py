import os

from django.core.wsgi import get_wsgi_application

from albertslund_it.web.static_files import refuse_uncollected_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "albertslund_it.settings")
application = get_wsgi_application()
refuse_uncollected_files()
