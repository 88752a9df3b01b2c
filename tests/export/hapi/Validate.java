import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/** Validates files of FHIR R4 against the definitions of FHIR itself; prints file, severity, place and message, tab separated. */
public class Validate {
    public static void main(String[] files) throws Exception {
        FhirContext context = FhirContext.forR4();
        FhirInstanceValidator rules = new FhirInstanceValidator(new ValidationSupportChain(
                new DefaultProfileValidationSupport(context),
                new CommonCodeSystemsTerminologyService(context),
                new InMemoryTerminologyServerValidationSupport(context)));
        FhirValidator validator = context.newValidator().registerValidatorModule(rules);
        for (String file : files) {
            for (SingleValidationMessage found : validator.validateWithResult(Files.readString(Path.of(file))).getMessages()) {
                String message = found.getMessage().replaceAll("\\s+", " ");
                System.out.println(String.join("\t", file, found.getSeverity().getCode(), found.getLocationString(), message));
            }
        }
    }
}
