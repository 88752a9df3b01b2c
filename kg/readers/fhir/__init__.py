"""The reader of HL7 FHIR R4: a Bundle, Parameters or one resource as facts of a patient."""
