from .period import Period
from .scope import Scope
from .statement import Source, Statement
from .subject import LEAD, PARTNER, SUBJECTS, Subject
