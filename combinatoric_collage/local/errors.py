"""What can go wrong before a stack stands, each with one clear sentence."""


class CloudError(Exception):
    """The laptop cloud cannot run this template; every error of this package is one."""


class TemplateError(CloudError):
    """The template, or a file it names, is missing or cannot be read or translated."""


class ParameterError(CloudError):
    """A parameter is not one of the template, or not what the template allows."""


class DefinitionError(CloudError):
    """A state machine's definition is missing, not valid, or has an open substitution."""


class CodeMissingError(CloudError):
    """The folder or handler of a function is not where the template says."""


class StackError(CloudError):
    """A resource of the stack could not be made."""


class PortError(CloudError):
    """The port asked for is in use."""


class BusyError(CloudError):
    """Another cloud runs in this process; moto keeps one account per process."""


class StateError(CloudError):
    """The directory for what outlives the cloud is in use, or is not one."""


class NoCredentialsError(CloudError):
    """Something is to be asked of AWS itself, and nothing says by whom."""
