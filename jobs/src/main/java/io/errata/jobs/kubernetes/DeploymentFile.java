package io.errata.jobs.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The user's own {@code FlinkDeployment} of a plan: all of a launch that isn't its verb and its
 * spec, such as image, accounts, secrets and sizes.
 */
public final class DeploymentFile {
  static final String KIND = "FlinkDeployment";
  static final String VERSION = "flink.apache.org/v1beta1";

  /** Says which launch has made an object. */
  static final String LAUNCH = "errata.io/launch";

  private static final String CONTAINER = "flink-main-container";
  private static final String VOLUME = "spec";
  private static final String FOLDER = "/opt/errata/spec";
  private static final String FILE = "spec.yaml";
  private static final String PARALLELISM = "--parallelism";

  private final ObjectNode deployment;

  private DeploymentFile(ObjectNode deployment) {
    this.deployment = deployment;
  }

  /**
   * Reads one.
   *
   * @param file in YAML or JSON; the one deployment in it that has a job is taken, all else may be
   *     in it and is left
   * @throws ErrataException USAGE where there is no such deployment, or several
   */
  public static DeploymentFile read(Path file) {
    List<ObjectNode> found = new ArrayList<>();
    try (MappingIterator<JsonNode> documents =
        new YAMLMapper().readerFor(JsonNode.class).readValues(Files.newInputStream(file))) {
      while (documents.hasNext()) {
        if (documents.next() instanceof ObjectNode object
            && object.path("kind").asText().equals(KIND)
            && object.at("/spec/job").isObject()) {
          found.add(object);
        }
      }
    } catch (IOException | RuntimeException e) {
      throw wrong(file, "it can't be read as YAML (" + e.getClass().getSimpleName() + ")", e);
    }
    if (found.size() != 1) {
      throw wrong(
          file,
          "it holds " + found.size() + " objects of kind " + KIND + " with a job, and not one",
          null);
    }
    ObjectNode deployment = found.get(0);
    if (!deployment.path("apiVersion").asText().equals(VERSION)) {
      throw wrong(file, "its apiVersion is not " + VERSION, null);
    }
    for (String field : List.of("name", "namespace")) {
      if (deployment.at("/metadata/" + field).asText().isEmpty()) {
        throw wrong(file, "it has no metadata." + field, null);
      }
    }
    return new DeploymentFile(deployment);
  }

  private static ErrataException wrong(Path file, String why, @Nullable Exception cause) {
    return new ErrataException(
        ErrorCode.USAGE,
        "Cannot launch from " + file + ": " + why,
        "Give the FlinkDeployment of a plan, such as what kubectl kustomize makes of an overlay of"
            + " deploy/k8s; docs/kubernetes.md says more.",
        cause);
  }

  public String name() {
    return deployment.at("/metadata/name").asText();
  }

  public String namespace() {
    return deployment.at("/metadata/namespace").asText();
  }

  /** The name of the ConfigMap of a launch's spec. */
  static String specName(String name, Launch launch) {
    return name + "-" + launch.id();
  }

  /**
   * The deployment of a launch.
   *
   * @param parallelism tasks of each stage; empty for that of the file
   */
  ObjectNode launching(Launch launch, OptionalInt parallelism) {
    ObjectNode made = deployment.objectNode();
    made.put("apiVersion", VERSION).put("kind", KIND);
    ObjectNode metadata = made.putObject("metadata");
    for (String field : List.of("name", "namespace", "labels", "annotations")) {
      JsonNode value = deployment.path("metadata").path(field);
      if (!value.isMissingNode()) {
        metadata.set(field, value.deepCopy());
      }
    }
    metadata.withObject("/annotations").put(LAUNCH, launch.id());
    made.set("spec", deployment.path("spec").deepCopy());
    String spec = mount(made, launch);
    ObjectNode job = (ObjectNode) made.at("/spec/job");
    List<String> arguments = new ArrayList<>(List.of(launch.verb(), spec));
    arguments.addAll(launch.options());
    arguments.addAll(ownOptions());
    int tasks = parallelism.orElse(job.path("parallelism").asInt(0));
    if (tasks > 0) {
      job.put("parallelism", tasks);
      arguments.addAll(List.of(PARALLELISM, Integer.toString(tasks)));
    }
    ArrayNode all = job.putArray("args");
    arguments.forEach(all::add);
    job.put("state", "running");
    return made;
  }

  /** Those of the file, such as {@code --worker-jar}, but for the number of tasks. */
  private List<String> ownOptions() {
    List<String> options = new ArrayList<>();
    Iterator<JsonNode> arguments = deployment.at("/spec/job/args").elements();
    for (int i = 0; arguments.hasNext(); i++) {
      String argument = arguments.next().asText();
      if (argument.equals(PARALLELISM)) {
        if (arguments.hasNext()) {
          arguments.next();
        }
      } else if (i >= 2) {
        options.add(argument);
      }
    }
    return options;
  }

  /**
   * Puts the launch's spec in the place of the one that the file may have, and says where to hand
   * over what comes of it.
   *
   * @return the path of the spec in a pod
   */
  private static String mount(ObjectNode made, Launch launch) {
    ObjectNode pod = made.withObject("/spec/podTemplate/spec");
    ObjectNode volume = named(pod.withArray("/volumes"), VOLUME);
    volume.removeAll().put("name", VOLUME);
    volume.putObject("configMap").put("name", specName(name(made), launch));
    ObjectNode container = named(pod.withArray("/containers"), CONTAINER);
    ObjectNode mount = named(container.withArray("/volumeMounts"), VOLUME);
    String folder = mount.path("mountPath").asText(FOLDER);
    mount.removeAll().put("name", VOLUME).put("mountPath", folder).put("readOnly", true);
    ObjectNode variable = named(container.withArray("/env"), Handover.VARIABLE);
    variable.removeAll().put("name", Handover.VARIABLE).put("value", launch.handover());
    return folder + "/" + FILE;
  }

  private static String name(JsonNode object) {
    return object.at("/metadata/name").asText();
  }

  /** The one of a list that has a name, which is made where it isn't there. */
  private static ObjectNode named(ArrayNode list, String name) {
    for (JsonNode each : list) {
      if (each instanceof ObjectNode object && object.path("name").asText().equals(name)) {
        return object;
      }
    }
    return list.addObject().put("name", name);
  }

  /**
   * The ConfigMap of a launch's spec, which goes with its deployment.
   *
   * @param made the deployment, as the server keeps it
   */
  static ObjectNode spec(JsonNode made, Launch launch) {
    ObjectNode map = ((ObjectNode) made).objectNode();
    map.put("apiVersion", "v1").put("kind", "ConfigMap").put("immutable", true);
    ObjectNode metadata = map.putObject("metadata");
    metadata
        .put("name", specName(name(made), launch))
        .put("namespace", made.at("/metadata/namespace").asText());
    metadata.putObject("annotations").put(LAUNCH, launch.id());
    metadata
        .putArray("ownerReferences")
        .addObject()
        .put("apiVersion", VERSION)
        .put("kind", KIND)
        .put("name", name(made))
        .put("uid", made.at("/metadata/uid").asText());
    map.putObject("data").put(FILE, launch.spec());
    return map;
  }
}
