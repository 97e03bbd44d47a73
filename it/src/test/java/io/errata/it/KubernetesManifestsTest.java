package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.SpecParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Holds the manifests against the CRD of the Flink Kubernetes operator, as strictly as an API
 * server does with {@code fieldValidation=Strict}.
 */
final class KubernetesManifestsTest {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Path DEPLOY = RepositoryFiles.root().resolve("deploy/k8s");

  private static JsonSchema flinkDeployment;

  @BeforeAll
  static void readCrd() throws IOException {
    try (InputStream crd =
        Objects.requireNonNull(
            KubernetesManifestsTest.class.getResourceAsStream(
                "/META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml"),
            "the operator's CRD")) {
      flinkDeployment = strictSchema(YAML.readTree(crd));
    }
  }

  @Test
  void flinkDeployment_isOneForTheOperator() throws IOException {
    assertThat(validate(manifest())).isEmpty();
  }

  @Test
  void misspeltField_isRefused() throws IOException {
    ObjectNode manifest = manifest();
    ObjectNode job = (ObjectNode) manifest.at("/spec/job");
    job.set("jarUri", job.remove("jarURI"));

    assertThat(validate(manifest))
        .extracting(ValidationMessage::getMessage)
        .singleElement()
        .asString()
        .contains("jarUri");
  }

  @Test
  void misspeltFieldOfAPod_isRefused() throws IOException {
    ObjectNode manifest = manifest();
    ((ObjectNode) manifest.at("/spec/podTemplate/spec/containers/0/volumeMounts/0"))
        .put("readonly", true);

    assertThat(validate(manifest))
        .extracting(ValidationMessage::getMessage)
        .singleElement()
        .asString()
        .contains("readonly");
  }

  @Test
  void unknownFlinkVersion_isRefused() throws IOException {
    ObjectNode manifest = manifest();
    ((ObjectNode) manifest.get("spec")).put("flinkVersion", "v2_30");

    assertThat(validate(manifest))
        .extracting(ValidationMessage::getMessage)
        .singleElement()
        .asString()
        .contains("flinkVersion");
  }

  @Test
  void flinkDeployment_namesWhatTheImageHolds() throws IOException {
    JsonNode job = manifest().at("/spec/job");
    String dockerfile = Files.readString(DEPLOY.resolve("Dockerfile"));

    assertThat(Files.readString(RepositoryFiles.root().resolve("jobs/pom.xml")))
        .contains("<mainClass>" + job.get("entryClass").textValue() + "</mainClass>");
    assertThat(dockerfile).contains(job.get("jarURI").textValue().replace("local://", ""));
    assertThat(dockerfile)
        .contains("\nUSER " + manifest().at("/spec/podTemplate/spec/securityContext/runAsUser"));
    assertThat(dockerfile).contains("FROM flink:" + EnvironmentInformation.getVersion() + "-");
  }

  @Test
  void kustomization_listsFilesThatAreThere() throws IOException {
    JsonNode kustomization = YAML.readTree(DEPLOY.resolve("base/kustomization.yaml").toFile());

    assertThat(kustomization.get("resources"))
        .allSatisfy(file -> assertThat(DEPLOY.resolve("base/" + file.textValue())).isRegularFile());
    assertThat(kustomization.at("/configMapGenerator/0/files"))
        .isNotEmpty()
        .allSatisfy(file -> assertThat(DEPLOY.resolve("base/" + file.textValue())).isRegularFile());
    assertThat(kustomization.at("/configMapGenerator/0/name"))
        .isEqualTo(manifest().at("/spec/podTemplate/spec/volumes/0/configMap/name"));
  }

  @Test
  void spec_isOne() throws IOException {
    Spec spec =
        SpecParser.parseText(
            Files.readString(DEPLOY.resolve("base/spec.yaml")),
            Optional.empty(),
            List.of(),
            name -> name.equals("PGPASSWORD") ? Optional.of("secret") : Optional.empty());

    assertThat(manifest().at("/spec/podTemplate/spec/containers/0/env/0/name").textValue())
        .isEqualTo("PGPASSWORD");
    assertThat(manifest().at("/spec/podTemplate/spec/containers/0/volumeMounts"))
        .extracting(mount -> mount.get("mountPath").textValue())
        .contains(spec.plans(), spec.events().archive().orElseThrow().path());
  }

  private static Set<ValidationMessage> validate(JsonNode manifest) {
    return flinkDeployment.validate(manifest);
  }

  private static ObjectNode manifest() throws IOException {
    return (ObjectNode) YAML.readTree(DEPLOY.resolve("base/flinkdeployment.yaml").toFile());
  }

  private static JsonSchema strictSchema(JsonNode crd) {
    JsonNode version = crd.at("/spec/versions/0");
    ObjectNode schema = version.at("/schema/openAPIV3Schema").deepCopy();
    ObjectNode properties = (ObjectNode) schema.get("properties");
    // An API server adds these to every kind.
    properties
        .putObject("apiVersion")
        .put("const", crd.at("/spec/group").textValue() + "/" + version.get("name").textValue());
    properties.putObject("kind").put("const", crd.at("/spec/names/kind").textValue());
    properties.putObject("metadata").put("type", "object");
    schema.putArray("required").add("apiVersion").add("kind").add("metadata").add("spec");
    // 1.10.0, the newest API of the operator on Maven Central, ends at v1_20. Whether an operator
    // knows v2_3 is up to its release; this adds the one value that the manifests use.
    ((ArrayNode) properties.at("/spec/properties/flinkVersion/enum")).add("v2_3");
    close(schema);
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema);
  }

  /** Forbids fields that a schema doesn't name, wherever it names any. */
  private static void close(JsonNode node) {
    if (node instanceof ObjectNode object
        && object.get("properties") instanceof ObjectNode
        && !object.path("x-kubernetes-preserve-unknown-fields").booleanValue()
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    if (node instanceof ObjectNode object) {
      // No keyword of JSON Schema: what it allows is said by anyOf beside it.
      object.remove("x-kubernetes-int-or-string");
    }
    node.forEach(KubernetesManifestsTest::close);
  }
}
