package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * An overlay of {@code deploy/k8s}, as kustomize renders it.
 *
 * @param name its folder
 * @param objects in the order in which they are applied
 */
record KubernetesOverlay(String name, List<JsonNode> objects) {
  static final List<String> NAMES = List.of("dev", "production");

  /**
   * Renders one.
   *
   * @param programs the folder of kustomize
   */
  static KubernetesOverlay render(Path programs, String name) {
    Path folder = RepositoryFiles.root().resolve("deploy/k8s/overlays").resolve(name);
    try {
      Process kustomize =
          new ProcessBuilder(programs.resolve("kustomize").toString(), "build", folder.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(kustomize.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(kustomize.waitFor()).as(said).isZero();
      YAMLMapper yaml = new YAMLMapper();
      try (MappingIterator<JsonNode> objects = yaml.readerFor(JsonNode.class).readValues(said)) {
        return new KubernetesOverlay(name, objects.readAll());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** All of a kind. */
  List<JsonNode> all(String kind) {
    return objects.stream().filter(each -> each.path("kind").asText().equals(kind)).toList();
  }

  /** The one of a kind whose name is this, or begins with it and ends in a digest. */
  JsonNode one(String kind, String name) {
    return all(kind).stream()
        .filter(each -> each.at("/metadata/name").asText().matches(name + "(-[a-z0-9]{10})?"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
  }

  String namespace() {
    return all("Namespace").get(0).at("/metadata/name").asText();
  }
}
