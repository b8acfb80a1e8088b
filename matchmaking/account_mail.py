"""Mails about the account (address, password), which go out while somebody waits for the page."""

import logging
import smtplib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from anymail.exceptions import AnymailError
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage, get_connection
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from .smtp import DeliveryUnknown

log = logging.getLogger(__name__)
PATIENCE = 8  # seconds: a page is waited for, and a worker has others to serve


class AccountAdapter(DefaultAccountAdapter):
    def render_mail(self, *args: Any, **kwargs: Any) -> EmailMessage:
        message = super().render_mail(*args, **kwargs)
        seconds = min(settings.EMAIL_TIMEOUT, PATIENCE)
        message.connection = get_connection(timeout=seconds, requests_timeout=seconds)  # by SMTP, by a provider
        return message

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Raises the answer to the visitor if the mail did not go out."""
        try:
            super().send_mail(template_prefix, email, context)
        except (smtplib.SMTPException, AnymailError, DeliveryUnknown, OSError) as error:
            log.warning("A mail about an account was not sent: %s", template_prefix, exc_info=True)
            ratelimit.clear(self.request, action="confirm_email", key=email.lower())
            raise ImmediateHttpResponse(self._not_sent()) from error

    def _not_sent(self) -> HttpResponse:
        """Back to where the mail was asked for: after signing up, that is signing in. It does not tell whether there
        was an account before."""
        if self.request.path == reverse("account_signup"):
            said = _("The mail could not be sent just now. Sign in in some minutes, and we send it again.")
            messages.error(self.request, said)
            return redirect("account_login")
        messages.error(self.request, _("The mail could not be sent just now; ask for it again in some minutes."))
        return redirect(self.request.get_full_path())
