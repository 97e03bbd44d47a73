package io.errata.connectors.kafka;

import io.errata.api.Secret;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How the connection to the brokers is secured. Its text holds no secret.
 *
 * @param sasl who logs in, or null for nobody
 * @param tls how the connection is encrypted, or null for not at all
 */
public record KafkaSecurity(@Nullable Sasl sasl, @Nullable Tls tls) implements Serializable {
  /** Neither login nor encryption. */
  public static final KafkaSecurity NONE = new KafkaSecurity(null, null);

  /** How a password is shown to the broker. */
  public enum Mechanism {
    PLAIN("PLAIN"),
    SCRAM_SHA_256("SCRAM-SHA-256"),
    SCRAM_SHA_512("SCRAM-SHA-512");

    private final String text;

    Mechanism(String text) {
      this.text = text;
    }

    /** As Kafka writes it. */
    public String text() {
      return text;
    }
  }

  /**
   * A login by name and password.
   *
   * @param mechanism PLAIN sends the password itself, and belongs on an encrypted connection
   */
  public record Sasl(Mechanism mechanism, String user, Secret password) implements Serializable {}

  /**
   * An encrypted connection.
   *
   * @param ca the certificates in PEM of those who may vouch for the brokers; null for the ones
   *     that the JVM trusts
   * @param certificate the client's certificate in PEM, its chain behind it; null where the client
   *     shows none
   * @param key the private key of {@code certificate} in PEM, PKCS #8; null with it
   * @param keyPassword what {@code key} is encrypted with, or null
   */
  public record Tls(
      @Nullable String ca,
      @Nullable String certificate,
      @Nullable Secret key,
      @Nullable Secret keyPassword)
      implements Serializable {}

  /** Kafka's name of the combination, such as {@code SASL_SSL}. */
  String protocol() {
    return (sasl == null ? "" : "SASL_") + (tls == null ? "PLAINTEXT" : "SSL");
  }
}
