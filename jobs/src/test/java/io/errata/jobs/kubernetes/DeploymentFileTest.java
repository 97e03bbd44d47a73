package io.errata.jobs.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeploymentFileTest {
  private static final Launch LAUNCH =
      new Launch(
          "1a2b3c4d", "verify", List.of("--events"), "name: x\n", "s3://b/plans/.launched-1");

  /**
   * As {@code kubectl get} prints one, with a spec of its own, a worker's jar, and others around.
   */
  private static final String RENDERED =
      """
      apiVersion: v1
      kind: Namespace
      metadata: { name: errata }
      ---
      apiVersion: flink.apache.org/v1beta1
      kind: FlinkDeployment
      metadata: { name: errata-session, namespace: errata }
      spec: { image: errata }
      ---
      apiVersion: flink.apache.org/v1beta1
      kind: FlinkDeployment
      metadata:
        name: errata-plan
        namespace: errata
        uid: of-another
        resourceVersion: "7"
        annotations: { team: ledger }
      spec:
        image: errata
        job:
          args: [plan, /opt/errata/spec/spec.yaml, --parallelism, "4", --worker-jar, /opt/w.jar]
          parallelism: 4
          state: suspended
        podTemplate:
          spec:
            containers:
              - name: flink-main-container
                env: [{ name: A, value: b }]
                volumeMounts:
                  - { name: tmp, mountPath: /tmp }
                  - { name: spec, mountPath: /mounted, subPath: old }
            volumes:
              - { name: tmp, emptyDir: {} }
              - { name: spec, configMap: { name: errata-spec-abc, optional: true } }
      status: { error: old }
      """;

  @TempDir Path folder;

  private DeploymentFile read(String text) throws IOException {
    return DeploymentFile.read(Files.writeString(folder.resolve("d.yaml"), text));
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  @Test
  void launching_takesAllButVerbAndSpecOfTheFile() throws IOException {
    DeploymentFile file = read(RENDERED);
    assertThat(file.namespace() + "/" + file.name()).isEqualTo("errata/errata-plan");
    ObjectNode made = file.launching(LAUNCH, OptionalInt.of(9));

    assertThat(texts(made.at("/spec/job/args")))
        .containsExactly(
            "verify",
            "/mounted/spec.yaml",
            "--events",
            "--worker-jar",
            "/opt/w.jar",
            "--parallelism",
            "9");
    assertThat(made.at("/spec/job/parallelism").asInt()).isEqualTo(9);
    assertThat(made.at("/spec/job/state").asText()).isEqualTo("running");
    assertThat(made.at("/spec/image").asText()).isEqualTo("errata");
    assertThat(made.has("status")).isFalse();
    assertThat(made.path("metadata").toString())
        .isEqualTo(
            "{\"name\":\"errata-plan\",\"namespace\":\"errata\",\"annotations\":"
                + "{\"team\":\"ledger\",\"errata.io/launch\":\"1a2b3c4d\"}}");
    JsonNode pod = made.at("/spec/podTemplate/spec");
    assertThat(pod.path("volumes").toString())
        .isEqualTo(
            "[{\"name\":\"tmp\",\"emptyDir\":{}},"
                + "{\"name\":\"spec\",\"configMap\":{\"name\":\"errata-plan-1a2b3c4d\"}}]");
    assertThat(pod.at("/containers/0/volumeMounts/1").toString())
        .isEqualTo("{\"name\":\"spec\",\"mountPath\":\"/mounted\",\"readOnly\":true}");
    assertThat(pod.at("/containers/0/env").toString())
        .isEqualTo(
            "[{\"name\":\"A\",\"value\":\"b\"},"
                + "{\"name\":\"ERRATA_HANDOVER\",\"value\":\"s3://b/plans/.launched-1\"}]");
    assertThat(texts(file.launching(LAUNCH, OptionalInt.empty()).at("/spec/job/args")))
        .endsWith("--parallelism", "4");
  }

  @Test
  void launching_withoutAPodTemplate_mountsTheSpec() throws IOException {
    ObjectNode made =
        read("""
                apiVersion: flink.apache.org/v1beta1
                kind: FlinkDeployment
                metadata: { name: p, namespace: n }
                spec: { job: { jarURI: local:///e.jar } }
                """)
            .launching(LAUNCH, OptionalInt.empty());
    assertThat(texts(made.at("/spec/job/args")))
        .containsExactly("verify", "/opt/errata/spec/spec.yaml", "--events");
    assertThat(made.at("/spec/podTemplate/spec/containers/0/volumeMounts/0/mountPath").asText())
        .isEqualTo("/opt/errata/spec");
  }

  @Test
  void spec_belongsToTheDeployment() throws IOException {
    ObjectNode made = read(RENDERED).launching(LAUNCH, OptionalInt.empty());
    made.withObject("/metadata").put("uid", "u-1");
    JsonNode spec = DeploymentFile.spec(made, LAUNCH);
    assertThat(spec.at("/metadata/name").asText()).isEqualTo("errata-plan-1a2b3c4d");
    assertThat(spec.at("/metadata/ownerReferences/0").toString())
        .isEqualTo(
            "{\"apiVersion\":\"flink.apache.org/v1beta1\",\"kind\":\"FlinkDeployment\","
                + "\"name\":\"errata-plan\",\"uid\":\"u-1\"}");
    assertThat(spec.path("data").toString()).isEqualTo("{\"spec.yaml\":\"name: x\\n\"}");
  }

  @Test
  void fileThatIsNone_isRefused() {
    refused("a: [", "it can't be read as YAML");
    refused("kind: Pod\n", "it holds 0 objects of kind FlinkDeployment with a job, and not one");
    refused(RENDERED + "---\n" + RENDERED, "it holds 2 objects");
    refused(RENDERED.replace("v1beta1", "v2"), "its apiVersion is not flink.apache.org/v1beta1");
    refused(RENDERED.replace("\n  namespace: errata\n", "\n"), "it has no metadata.namespace");
  }

  private void refused(String text, String why) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("Cannot launch from " + folder.resolve("d.yaml") + ": " + why);
  }
}
