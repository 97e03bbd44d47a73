package io.errata.connectors.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.errata.connectors.registry.RegisteredSchema.Language;
import io.errata.connectors.registry.RegisteredSchema.Reference;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A schema registry, asked by the API that Confluent's has in its version 1 and that others serve
 * as well. What an id or a version stands for never changes, so each is asked for once. Nothing is
 * asked before it is needed. Thread-safe.
 *
 * <p>Every method throws {@link io.errata.api.ErrataException}: UNAVAILABLE where the registry
 * can't be reached or fails, after some attempts; FORBIDDEN where it refuses the login;
 * INVALID_SOURCE where what answers is no registry.
 */
public final class SchemaRegistry {
  private final RegistryOptions options;
  private final RegistryHttp http;
  private final Map<Integer, Optional<RegisteredSchema>> byId = new ConcurrentHashMap<>();
  private final Map<String, Optional<SchemaVersion>> byVersion = new ConcurrentHashMap<>();

  public SchemaRegistry(RegistryOptions options) {
    this.options = options;
    this.http = new RegistryHttp(options);
  }

  /** Its URL, for people. */
  public String url() {
    return options.url();
  }

  /** The schema with an id; empty where the registry doesn't know it. */
  public Optional<RegisteredSchema> find(int id) {
    Optional<RegisteredSchema> known = byId.get(id);
    if (known == null) {
      String doing = "read the schema with id " + id;
      known = http.find("/schemas/ids/" + id, doing).map(json -> schema(json, id, doing));
      byId.put(id, known);
    }
    return known;
  }

  /** A version of a subject; empty where there is no such subject or version. */
  public Optional<SchemaVersion> find(String subject, int version) {
    String path = path(subject) + "/" + version;
    Optional<SchemaVersion> known = byVersion.get(path);
    if (known == null) {
      known = versionAt(path, subject, "read version " + version + " of " + subject);
      byVersion.put(path, known);
    }
    return known;
  }

  /** The latest version of a subject now; empty where there is no such subject. */
  public Optional<SchemaVersion> findLatest(String subject) {
    return versionAt(path(subject) + "/latest", subject, "read the latest version of " + subject);
  }

  /** The versions of a subject, in their order; empty where there is no such subject. */
  public List<Integer> versions(String subject) {
    String doing = "list the versions of " + subject;
    List<Integer> versions = new ArrayList<>();
    http.find(path(subject), doing)
        .ifPresent(
            json -> {
              for (JsonNode each : array(json, doing)) {
                versions.add(integer(each, doing));
              }
            });
    versions.sort(null);
    return versions;
  }

  /** All subjects, by name. */
  public List<String> subjects() {
    String doing = "list the subjects";
    List<String> subjects = new ArrayList<>();
    http.find("/subjects", doing)
        .ifPresent(json -> array(json, doing).forEach(each -> subjects.add(each.asText())));
    subjects.sort(null);
    return subjects;
  }

  private static String path(String subject) {
    return "/subjects/"
        + URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20")
        + "/versions";
  }

  private Optional<SchemaVersion> versionAt(String path, String subject, String doing) {
    return http.find(path, doing)
        .map(
            json ->
                new SchemaVersion(
                    subject,
                    integer(json.path("version"), doing),
                    schema(json, integer(json.path("id"), doing), doing)));
  }

  private RegisteredSchema schema(JsonNode json, int id, String doing) {
    JsonNode text = json.path("schema");
    if (!text.isTextual()) {
      throw http.noRegistry("its answer has no schema", doing);
    }
    List<Reference> references = new ArrayList<>();
    for (JsonNode each : json.path("references")) {
      references.add(
          new Reference(
              each.path("name").asText(),
              each.path("subject").asText(),
              integer(each.path("version"), doing)));
    }
    Language language =
        switch (json.path("schemaType").asText("AVRO")) {
          case "AVRO" -> Language.AVRO;
          case "JSON" -> Language.JSON;
          default -> Language.OTHER;
        };
    return new RegisteredSchema(id, language, text.textValue(), references);
  }

  private JsonNode array(JsonNode json, String doing) {
    if (!json.isArray()) {
      throw http.noRegistry("its answer is no list", doing);
    }
    return json;
  }

  private int integer(JsonNode json, String doing) {
    if (!json.isInt()) {
      throw http.noRegistry("its answer lacks a number", doing);
    }
    return json.intValue();
  }
}
