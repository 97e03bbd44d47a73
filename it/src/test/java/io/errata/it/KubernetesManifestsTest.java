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
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.kubernetes.configuration.KubernetesConfigOptions;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Holds the manifests against the CRDs of the Flink Kubernetes operator, as strictly as an API
 * server does with {@code fieldValidation=Strict}; {@code KubernetesIT} has a real one.
 */
final class KubernetesManifestsTest {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Path DEPLOY = RepositoryFiles.root().resolve("deploy/k8s");

  /** The operator's kinds, whole or as patches. */
  private static final List<String> MANIFESTS =
      List.of(
          "base/plan.yaml",
          "base/session.yaml",
          "base/cluster.yaml",
          "base/session-plan.yaml",
          "overlays/production/cluster.yaml",
          "overlays/production/session.yaml");

  /** Whose settings may stand in {@code flinkConfiguration}. */
  private static final List<Class<?>> OPTIONS =
      List.of(
          CheckpointingOptions.class,
          CoreOptions.class,
          ExecutionOptions.class,
          HighAvailabilityOptions.class,
          KubernetesConfigOptions.class,
          MetricOptions.class,
          NettyShuffleEnvironmentOptions.class,
          ResourceManagerOptions.class,
          RestartStrategyOptions.class,
          TaskManagerOptions.class);

  /** Names follow these, or the operator reads them. */
  private static final List<String> FREE =
      List.of("containerized.master.env.", "metrics.reporter.prom.", "kubernetes.operator.");

  private static final Map<String, JsonSchema> CRDS = new HashMap<>();

  @BeforeAll
  static void readCrds() throws IOException {
    for (String plural : List.of("flinkdeployments", "flinksessionjobs")) {
      try (InputStream file =
          Objects.requireNonNull(
              KubernetesManifestsTest.class.getResourceAsStream(
                  "/META-INF/fabric8/" + plural + ".flink.apache.org-v1.yml"),
              "the operator's CRD")) {
        JsonNode crd = YAML.readTree(file);
        CRDS.put(crd.at("/spec/names/kind").textValue(), strictSchema(crd));
      }
    }
  }

  @Test
  void manifests_areForTheOperator() throws IOException {
    for (String file : MANIFESTS) {
      assertThat(validate(manifest(file))).as(file).isEmpty();
    }
  }

  @Test
  void misspeltField_isRefused() throws IOException {
    ObjectNode manifest = manifest("base/plan.yaml");
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
    ObjectNode manifest = manifest("base/cluster.yaml");
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
    ObjectNode manifest = manifest("base/cluster.yaml");
    ((ObjectNode) manifest.get("spec")).put("flinkVersion", "v2_30");

    assertThat(validate(manifest))
        .extracting(ValidationMessage::getMessage)
        .singleElement()
        .asString()
        .contains("flinkVersion");
  }

  @Test
  void settings_areThoseOfFlink() throws IOException, IllegalAccessException {
    Set<String> known = new HashSet<>();
    for (Class<?> options : OPTIONS) {
      for (Field field : options.getFields()) {
        if (field.getType() == ConfigOption.class) {
          known.add(((ConfigOption<?>) field.get(null)).key());
        }
      }
    }
    Set<String> unknown = new TreeSet<>();
    for (String file : MANIFESTS) {
      manifest(file)
          .at("/spec/flinkConfiguration")
          .fieldNames()
          .forEachRemaining(
              key -> {
                if (!known.contains(key) && FREE.stream().noneMatch(key::startsWith)) {
                  unknown.add(file + " " + key);
                }
              });
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void plans_nameWhatTheImageHolds() throws IOException {
    String dockerfile = Files.readString(DEPLOY.resolve("Dockerfile"));
    JsonNode job = manifest("base/plan.yaml").at("/spec/job");

    for (String file : List.of("base/plan.yaml", "base/session-plan.yaml")) {
      assertThat(Files.readString(RepositoryFiles.root().resolve("jobs/pom.xml")))
          .contains("<mainClass>" + manifest(file).at("/spec/job/entryClass").textValue() + "<");
    }
    assertThat(dockerfile).contains(job.get("jarURI").textValue().replace("local://", ""));
    assertThat(dockerfile)
        .contains(
            "\nUSER "
                + manifest("base/cluster.yaml")
                    .at("/spec/podTemplate/spec/securityContext/runAsUser"));
    assertThat(dockerfile).contains("FROM flink:" + EnvironmentInformation.getVersion() + "-");
  }

  @Test
  void kustomizations_listFilesThatAreThere() throws IOException {
    for (String folder : List.of("base", "overlays/dev", "overlays/production")) {
      JsonNode kustomization =
          YAML.readTree(DEPLOY.resolve(folder).resolve("kustomization.yaml").toFile());
      List<JsonNode> files = new ArrayList<>();
      kustomization.path("resources").forEach(files::add);
      kustomization.path("configurations").forEach(files::add);
      kustomization.path("patches").findValues("path").forEach(files::add);
      kustomization
          .path("configMapGenerator")
          .findValues("files")
          .forEach(each -> each.forEach(files::add));
      assertThat(files)
          .isNotEmpty()
          .allSatisfy(
              file -> assertThat(DEPLOY.resolve(folder).resolve(file.textValue())).exists());
    }
  }

  private static Set<ValidationMessage> validate(JsonNode manifest) {
    return CRDS.get(manifest.path("kind").textValue()).validate(manifest);
  }

  private static ObjectNode manifest(String file) throws IOException {
    return (ObjectNode) YAML.readTree(DEPLOY.resolve(file).toFile());
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
    if (properties.at("/spec/properties/flinkVersion/enum") instanceof ArrayNode versions) {
      versions.add("v2_3");
    }
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
