"""The forms of the questions between two sides: to ask, and to answer. Both warn once of what tells who writes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.lint_words import WORDS

from .codes import TOPICS, Side, Topic
from .models import Match
from .models.question import LONGEST
from .questions import leaks


class MessageForm(forms.Form):
    """`side` is who writes. What was warned of is kept, so that the same text passes the second time."""

    text = forms.CharField(label=_("In your words"), max_length=LONGEST, widget=forms.Textarea({"rows": 3}))
    warned = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, match: Match, side: str, user: User, **kwargs: Any) -> None:
        super().__init__(data.copy() if data else data, **kwargs)
        self.match, self.side, self.user = match, side, user

    def clean(self) -> dict:
        data = super().clean()
        found = ", ".join(leaks(data.get("text", ""), self.side, self.match, self.user))
        if found and data.get("warned") != found:
            self.data[self.add_prefix("warned")] = found
            self.add_error("text", WORDS["leak"] % {"found": found})
            self.add_error(None, _("Change it, or send it once more as it is."))
        return data


class QuestionForm(MessageForm):
    topic = forms.ChoiceField(label=_("What would you like to know?"))
    field_order = ["topic", "text", "warned"]

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, prefix="ask", **kwargs)
        self.fields["topic"].choices = [(topic.value, topic.label) for topic in TOPICS[Side(self.side)]]
        self.fields["text"].required = False
        self.fields["text"].label = _("In your words, if you like")

    def clean(self) -> dict:
        data = super().clean()
        if data.get("topic") == Topic.OTHER and not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write your question."))
        return data


class ReplyForm(MessageForm):
    def __init__(self, data: Any = None, *, question: Any, user: User) -> None:
        about = {"match": question.match, "side": question.answering_side, "user": user}
        super().__init__(data, prefix=f"reply-{question.pk}", **about)
        self.fields["text"].label = _("Your answer")
