"""Every table of the toolbox."""

from common.audit.models import AuditEntry, AuditLink
from common.business_date.models import BusinessDate
from common.crypto.models import SubjectKey
from common.idempotency.models import IdempotencyKey
from common.processes.models import Process

__all__ = ["AuditEntry", "AuditLink", "BusinessDate", "IdempotencyKey", "Process", "SubjectKey"]
