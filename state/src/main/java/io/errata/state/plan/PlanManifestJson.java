package io.errata.state.plan;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.errata.api.ErrataException;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.table.TableDescription;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/**
 * A manifest as JSON in UTF-8: {@code format} first, then the fields in the order of {@link
 * PlanManifest}, and {@code seal} last.
 *
 * <p>The seal is the SHA-256 of the same JSON without {@code seal}, in one line without blanks, its
 * fields in the order and its numbers in the digits that the file has. It covers every file of the
 * plan through {@code files}.
 */
final class PlanManifestJson {
  private static final String FORMAT = "format";
  private static final String SEAL = "seal";

  /** Not there but in plans that are a retry. */
  private static final String RETRY = "retry";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .addModule(
              new SimpleModule()
                  .addSerializer(SetDigest.class, ToStringSerializer.instance)
                  .addDeserializer(SetDigest.class, new SetDigestDeserializer()))
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          // Binary floating point would be written with other digits by another release of Java.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private PlanManifestJson() {}

  /**
   * A manifest that was read or written.
   *
   * @param manifest what it says
   * @param seal 64 hexadecimal digits
   * @param json the text of the file
   */
  record Sealed(PlanManifest manifest, String seal, String json) {}

  static Sealed seal(PlanManifest manifest) {
    try {
      ObjectNode document = MAPPER.createObjectNode();
      document.put(FORMAT, PlanManifest.FORMAT);
      document.setAll((ObjectNode) MAPPER.readTree(MAPPER.writeValueAsBytes(manifest)));
      if (manifest.retry().isEmpty()) {
        document.remove(RETRY);
      }
      String seal = seal(document);
      document.put(SEAL, seal);
      DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
      DefaultPrettyPrinter printer =
          new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
      return new Sealed(manifest, seal, MAPPER.writer(printer).writeValueAsString(document) + "\n");
    } catch (IOException e) {
      throw new IllegalStateException("Cannot write a manifest", e);
    }
  }

  /**
   * Reads a manifest and checks its own seal, but not its files.
   *
   * @param location for messages
   * @throws io.errata.api.ErrataException INVALID_PLAN
   */
  static Sealed read(byte[] json, String location) {
    ObjectNode document;
    try {
      JsonNode node = MAPPER.readTree(json);
      if (!(node instanceof ObjectNode object)) {
        throw InvalidPlan.of(
            "Cannot read the manifest of " + location + ": it is not a JSON object");
      }
      document = object;
    } catch (IOException | NumberFormatException e) {
      throw InvalidPlan.of(
          "Cannot read the manifest of " + location + ": it is not JSON" + place(e), e);
    }
    JsonNode format = document.path(FORMAT);
    if (!format.isInt() || format.intValue() != PlanManifest.FORMAT) {
      throw InvalidPlan.otherFormat(
          "Cannot read the manifest of "
              + location
              + ": its format is "
              + (format.isMissingNode() ? "not given" : format.toString())
              + " (this release of Errata reads format "
              + PlanManifest.FORMAT
              + ")",
          document.path("version").asText("another release"));
    }
    JsonNode seal = document.remove(SEAL);
    if (seal == null || !seal.isTextual()) {
      throw InvalidPlan.of("Cannot read the manifest of " + location + ": it has no seal");
    }
    String found = seal(document);
    document.remove(FORMAT);
    if (!document.has(RETRY)) {
      document.putNull(RETRY);
    }
    PlanManifest manifest = manifest(document, location);
    // After the fields, so that a manifest that is wrong in itself is told what is wrong with it.
    if (!found.equals(seal.textValue())) {
      throw InvalidPlan.of(
          "Cannot read the manifest of " + location + ": it was changed after it was sealed");
    }
    return new Sealed(manifest, found, new String(json, StandardCharsets.UTF_8));
  }

  private static ErrataException unfit(String location, Exception cause) {
    return InvalidPlan.of(
        "Cannot read the manifest of "
            + location
            + ": a field is missing or of another type"
            + field(cause),
        cause);
  }

  private static ErrataException unfitColumns(String location, Exception cause) {
    return InvalidPlan.of(
        "Cannot read the manifest of " + location + ": the columns of its table don't fit together",
        cause);
  }

  private static PlanManifest manifest(ObjectNode document, String location) {
    PlanManifest manifest;
    try {
      manifest = MAPPER.treeToValue(document, PlanManifest.class);
    } catch (UnrecognizedPropertyException e) {
      throw InvalidPlan.of(
          "Cannot read the manifest of "
              + location
              + ": field "
              + e.getPropertyName()
              + " is not known",
          e);
    } catch (ValueInstantiationException e) {
      if (!e.getType().hasRawClass(TableDescription.class)) {
        throw unfit(location, e);
      }
      throw unfitColumns(location, e);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw unfit(location, e);
    }
    try {
      CorrectionFormat.check(manifest.table().description());
    } catch (IllegalArgumentException e) {
      throw unfitColumns(location, e);
    }
    Set<String> paths = new TreeSet<>();
    for (PlanFile file : manifest.files()) {
      if (!paths.add(PlanPath.check(file.path()))) {
        throw InvalidPlan.of(
            "Cannot read the manifest of " + location + ": it lists " + file.path() + " twice");
      }
    }
    return manifest;
  }

  private static String seal(ObjectNode document) {
    try {
      // Not writeValueAsBytes, which escapes what lies beyond 16 bits.
      return Digest.ofText(MAPPER.writeValueAsString(document)).hex();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write a manifest", e);
    }
  }

  private static String place(Exception e) {
    return e instanceof JsonProcessingException json && json.getLocation() != null
        ? " (line "
            + json.getLocation().getLineNr()
            + ", column "
            + json.getLocation().getColumnNr()
            + ")"
        : "";
  }

  private static String field(Exception e) {
    return e instanceof com.fasterxml.jackson.databind.JsonMappingException mapping
            && !mapping.getPath().isEmpty()
        ? " (" + mapping.getPath().get(mapping.getPath().size() - 1).getFieldName() + ")"
        : "";
  }

  /** Reads {@link SetDigest#toString()}. */
  private static final class SetDigestDeserializer extends StdDeserializer<SetDigest> {
    private static final long serialVersionUID = 1;

    SetDigestDeserializer() {
      super(SetDigest.class);
    }

    @Override
    public SetDigest deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String text = parser.getText();
      if (!text.matches("[0-9]{1,18}-[0-9a-f]{64}")) {
        return (SetDigest)
            context.handleWeirdStringValue(SetDigest.class, text, "not a count and 64 digits");
      }
      int hyphen = text.indexOf('-');
      return new SetDigest(
          new BigInteger(text.substring(hyphen + 1), 16),
          Long.parseLong(text.substring(0, hyphen)));
    }
  }
}
