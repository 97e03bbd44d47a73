package io.errata.jobs.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.errata.api.ErrataException;
import java.util.Optional;

/**
 * The objects of a Kubernetes API server, by their paths, such as {@code
 * /api/v1/namespaces/errata/configmaps}. Each call fails with {@code ErrataException}: UNAVAILABLE
 * where the server doesn't answer or knows no such kind, FORBIDDEN where it refuses the caller,
 * USAGE where it refuses the object.
 */
public interface KubernetesObjects {
  /**
   * Makes an object, of whose fields the server has to know each.
   *
   * @param collection the path of its kind in its namespace
   * @return as the server keeps it
   * @throws ErrataException also USAGE where there is one of that name
   */
  JsonNode create(String collection, JsonNode object);

  /**
   * Reads an object, or a list of them.
   *
   * @return empty where there is none
   */
  Optional<JsonNode> find(String path);

  /**
   * Reads what is no object, such as the log of a pod.
   *
   * @return empty where there is none
   */
  Optional<String> text(String path);

  /** Has an object deleted, where it is there; it may go only later. */
  void delete(String path);
}
