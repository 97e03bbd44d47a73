package io.errata.connectors.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.SpecVersionDetector;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.DisallowSchemaLoader;
import io.errata.connectors.read.ContentException;
import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether JSON holds to a JSON Schema, of the draft that its {@code $schema} names, 2020-12
 * otherwise. It fetches nothing: a schema has to have all that it refers to inside. Not
 * thread-safe.
 */
public final class JsonSchemaCheck {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(JsonObjectParser.JSON)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  /** Numbers that take more digits to compute with would take all the time there is. */
  private static final int MAX_SCALE = 10_000;

  /** Names in a path may be of any length. */
  private static final int MAX_PATH = 200;

  private final JsonSchema schema;

  private JsonSchemaCheck(JsonSchema schema) {
    this.schema = schema;
  }

  /**
   * A check by a schema.
   *
   * @throws ContentException where the text is no JSON Schema, or refers to another place
   */
  public static JsonSchemaCheck of(String text) throws ContentException {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (!node.isObject() && !node.isBoolean()) {
        throw new ContentException("it is no JSON Schema");
      }
      VersionFlag version =
          node.has("$schema")
              ? SpecVersionDetector.detectOptionalVersion(node, false)
                  .orElseThrow(() -> new ContentException("its $schema is of no known draft"))
              : VersionFlag.V202012;
      JsonSchema schema =
          JsonSchemaFactory.getInstance(
                  version,
                  factory ->
                      factory.schemaLoaders(
                          loaders -> loaders.add(DisallowSchemaLoader.getInstance())))
              .getSchema(
                  node, SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build());
      schema.initializeValidators();
      return new JsonSchemaCheck(schema);
    } catch (JsonProcessingException e) {
      throw new ContentException("it is not JSON", e);
    } catch (JsonSchemaException e) {
      // Its message may hold pieces of the schema, which is no secret, and of addresses.
      throw new ContentException(
          "it is no JSON Schema, or refers to what is not in it; nothing is fetched", e);
    }
  }

  /** Where some JSON breaks the schema, without its values, or null. */
  public @Nullable String problem(byte[] json, int offset, int length) throws IOException {
    JsonNode node;
    try {
      node = MAPPER.readTree(json, offset, length);
    } catch (JsonProcessingException e) {
      return "not JSON";
    }
    if (hasLargeNumber(node)) {
      return "a number has too many digits";
    }
    Optional<ValidationMessage> first =
        schema.validate(node).stream()
            .min(
                Comparator.comparing((ValidationMessage m) -> m.getInstanceLocation().toString())
                    .thenComparing(ValidationMessage::getType));
    return first
        .map(
            message ->
                "it breaks its schema at "
                    + path(message.getInstanceLocation().toString())
                    + " ("
                    + message.getType()
                    + ")")
        .orElse(null);
  }

  private static String path(String pointer) {
    return pointer.isEmpty()
        ? "its root"
        : pointer.length() > MAX_PATH ? pointer.substring(0, MAX_PATH) + "…" : pointer;
  }

  private static boolean hasLargeNumber(JsonNode node) {
    if (node.isBigDecimal()) {
      return Math.abs((long) node.decimalValue().scale()) > MAX_SCALE;
    }
    for (JsonNode child : node) {
      if (hasLargeNumber(child)) {
        return true;
      }
    }
    return false;
  }
}
