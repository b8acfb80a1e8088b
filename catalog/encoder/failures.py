"""What can go wrong when texts are encoded. Every message says why and what to do, none quotes a text."""


class EncoderError(RuntimeError):
    """Texts cannot be encoded."""


class EncoderUnavailable(EncoderError):
    """No encoder server answers."""


class EncoderTimeout(EncoderError):
    """The encoder server did not answer in time."""


class WrongEncoder(EncoderError):
    """The encoder server has another model than the one that is asked for."""


class ModelBuildError(EncoderError):
    """The model cannot be built here."""
