"""What is measured inside a process of the platform. Importing this sets Django up: no module
below runs without it."""

import django

django.setup()
