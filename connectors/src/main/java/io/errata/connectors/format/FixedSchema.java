package io.errata.connectors.format;

import io.errata.connectors.InputPart;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A schema that was fixed when a window was resolved, so that all of its events are read by the
 * same.
 *
 * @param name where it is from, such as {@code payments-value version 3 (id 7)}
 * @param text the schema, with those that it refers to inside
 */
public record FixedSchema(String name, String text) implements Serializable {
  private static final long serialVersionUID = 1;

  /** As what it stands among the inputs of a plan. */
  public InputPart part() {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return new InputPart(
          "schema " + name, 0, 0, bytes.length, "sha256:" + HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }
}
