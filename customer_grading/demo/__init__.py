from . import customer_grading_demo
from . import customer_grading_demo_documents
