package io.errata.connectors.kafka;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.format.Nearest;
import io.errata.connectors.kafka.KafkaSecurity.Sasl;
import io.errata.connectors.kafka.KafkaSecurity.Tls;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;

/**
 * The settings of Kafka's clients. A spec may set those that change how fast and how patiently
 * something is read; which records are read, and who reads them, is Errata's own business.
 */
public final class KafkaProperties {
  private static final List<String> ALLOWED =
      List.of(
          CommonClientConfigs.CLIENT_DNS_LOOKUP_CONFIG,
          CommonClientConfigs.CLIENT_RACK_CONFIG,
          CommonClientConfigs.CONNECTIONS_MAX_IDLE_MS_CONFIG,
          CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG,
          ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
          ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
          ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
          ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
          ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
          CommonClientConfigs.METADATA_MAX_AGE_CONFIG,
          CommonClientConfigs.RECEIVE_BUFFER_CONFIG,
          CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG,
          CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG,
          CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG,
          CommonClientConfigs.RETRY_BACKOFF_MAX_MS_CONFIG,
          CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG,
          CommonClientConfigs.SEND_BUFFER_CONFIG,
          CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG,
          CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG,
          SslConfigs.SSL_CIPHER_SUITES_CONFIG,
          SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG,
          SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG,
          SslConfigs.SSL_PROTOCOL_CONFIG);

  /** The JVM's own properties for looking into it from elsewhere. */
  static final String JMX = "com.sun.management.jmxremote";

  private KafkaProperties() {}

  /** The names of the settings that a spec may have. */
  public static List<String> allowed() {
    return ALLOWED;
  }

  static void check(Map<String, String> properties) {
    for (String name : properties.keySet()) {
      if (!ALLOWED.contains(name)) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot set the Kafka property " + name + " (it is not one that a spec may set)",
            Nearest.of(name, ALLOWED)
                .map(near -> "Did you mean " + near + "?")
                .orElse("There are " + String.join(", ", ALLOWED) + "."));
      }
    }
  }

  /** For questions about topics and offsets. */
  static Properties admin(KafkaOptions options) {
    Properties properties = common(options, AdminClientConfig.configNames()::contains);
    properties.setProperty(CommonClientConfigs.CLIENT_ID_CONFIG, "errata-admin");
    return properties;
  }

  /**
   * For reading. Without a group: it commits nothing and nobody sees it but the brokers. Without
   * {@code auto.offset.reset}: an offset that is not there is an error, and never another offset.
   */
  static Properties consumer(KafkaOptions options) {
    Properties properties = common(options, ConsumerConfig.configNames()::contains);
    properties.setProperty(CommonClientConfigs.CLIENT_ID_CONFIG, "errata");
    properties.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    properties.setProperty(
        ConsumerConfig.ISOLATION_LEVEL_CONFIG, options.isolation().name().toLowerCase(Locale.ROOT));
    // Where they lie in what was fetched: a copy of each takes a quarter of the time of reading.
    properties.setProperty(
        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteBufferDeserializer.class.getName());
    properties.setProperty(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteBufferDeserializer.class.getName());
    // One partition is read at a time, and asked for only when what came before is used up: larger
    // pieces than Kafka's default keep the network busy.
    properties.putIfAbsent(
        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Integer.toString(4 << 20));
    // The next piece is asked for with the last records of the one before, so that these should be
    // many; but those that are handed over at once should still be in the processor's cache when
    // they are used.
    properties.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "8192");
    // The system's own size grows with what is under way; Kafka's fixed 64 KiB stop the broker
    // dozens of times for each piece.
    properties.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, "-1");
    return properties;
  }

  /**
   * The same, with smaller pieces.
   *
   * @param fetchBytes how much of a partition is asked for at once, at the most; a batch of records
   *     comes whole all the same
   */
  static Properties consumer(KafkaOptions options, int fetchBytes) {
    Properties properties = consumer(options);
    String name = ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG;
    try {
      int wanted = Integer.parseInt(properties.getProperty(name).strip());
      properties.setProperty(name, Integer.toString(Math.min(wanted, fetchBytes)));
    } catch (NumberFormatException e) {
      // Kafka says what is wrong with it.
      return properties;
    }
    return properties;
  }

  private static Properties common(KafkaOptions options, Predicate<String> known) {
    Properties properties = new Properties();
    options
        .properties()
        .forEach(
            (name, value) -> {
              if (known.test(name)) {
                properties.setProperty(name, value);
              }
            });
    properties.setProperty(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, options.brokers());
    // To offer each of the client's hundreds of metrics takes seconds of a job's start, and Errata
    // counts for itself.
    if (!isWatched()) {
      properties.setProperty(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
    }
    properties.setProperty(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, "false");
    properties.setProperty(
        CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, options.security().protocol());
    Sasl sasl = options.security().sasl();
    if (sasl != null) {
      properties.setProperty(SaslConfigs.SASL_MECHANISM, sasl.mechanism().text());
      properties.setProperty(SaslConfigs.SASL_JAAS_CONFIG, login(sasl));
    }
    Tls tls = options.security().tls();
    if (tls != null) {
      secure(properties, tls);
    }
    return properties;
  }

  /** Whether the JVM was started so that somebody can look into it by JMX. */
  private static boolean isWatched() {
    return System.getProperties().stringPropertyNames().stream()
        .anyMatch(name -> name.startsWith(JMX));
  }

  private static String login(Sasl sasl) {
    Class<?> module =
        sasl.mechanism() == KafkaSecurity.Mechanism.PLAIN
            ? PlainLoginModule.class
            : ScramLoginModule.class;
    return module.getName()
        + " required username="
        + quoted(sasl.user())
        + " password="
        + quoted(sasl.password().reveal())
        + ";";
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static void secure(Properties properties, Tls tls) {
    String pem = "PEM";
    if (tls.ca() != null) {
      properties.setProperty(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, pem);
      properties.setProperty(SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, tls.ca());
    }
    if (tls.certificate() != null && tls.key() != null) {
      properties.setProperty(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, pem);
      properties.setProperty(SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG, tls.certificate());
      properties.setProperty(SslConfigs.SSL_KEYSTORE_KEY_CONFIG, tls.key().reveal());
    }
    if (tls.keyPassword() != null) {
      properties.setProperty(SslConfigs.SSL_KEY_PASSWORD_CONFIG, tls.keyPassword().reveal());
    }
  }
}
