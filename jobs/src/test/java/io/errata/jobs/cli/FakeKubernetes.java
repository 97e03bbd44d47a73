package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.kubernetes.KubernetesObjects;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Objects in memory, as an API server keeps them, without an operator. */
final class FakeKubernetes implements KubernetesObjects {
  final Map<String, JsonNode> objects = new TreeMap<>();
  final Map<String, String> texts = new TreeMap<>();

  /** Hears of each object that is made. */
  Consumer<ObjectNode> onCreate = object -> {};

  /** Is run before each look at an object. */
  Runnable onFind = () -> {};

  /** How many calls are not answered from now on. */
  int unanswered;

  @Override
  public JsonNode create(String collection, JsonNode object) {
    ObjectNode made = object.deepCopy();
    made.withObject("/metadata").put("uid", "uid-" + objects.size());
    String path = collection + "/" + object.at("/metadata/name").asText();
    if (objects.putIfAbsent(path, made) != null) {
      throw new ErrataException(ErrorCode.USAGE, "Cannot make " + path + ": already exists", "");
    }
    onCreate.accept(made);
    return made;
  }

  @Override
  public Optional<JsonNode> find(String path) {
    onFind.run();
    if (unanswered > 0) {
      unanswered--;
      throw new ErrataException(ErrorCode.UNAVAILABLE, "Cannot read " + path + ": refused", "");
    }
    return Optional.ofNullable(objects.get(path));
  }

  @Override
  public Optional<String> text(String path) {
    return Optional.ofNullable(texts.get(path));
  }

  @Override
  public void delete(String path) {
    objects.remove(path);
  }
}
