"""Forms about people: signing up."""

from allauth.account.forms import SignupForm as AllauthSignupForm

__all__ = ["SignupForm"]


class SignupForm(AllauthSignupForm):
    """E-mail address and password."""
