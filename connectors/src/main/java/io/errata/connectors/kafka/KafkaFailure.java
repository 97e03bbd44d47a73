package io.errata.connectors.kafka;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.kafka.ListenerProbe.Found;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.jspecify.annotations.Nullable;

/** What the clients throw, said so that a person knows which setting or machine it is about. */
final class KafkaFailure {
  private static final int PROBED = 3;

  private KafkaFailure() {}

  /**
   * The error that ends the command.
   *
   * @param doing what could not be done, such as {@code read topic payments}
   */
  static ErrataException of(Throwable thrown, String doing, KafkaOptions options) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof ErrataException known) {
        return known;
      }
      if (cause instanceof UnsupportedSaslMechanismException) {
        return error(
            ErrorCode.FORBIDDEN,
            doing,
            "the brokers " + options.brokers() + " don't offer the mechanism " + mechanism(options),
            "Set events.kafka.sasl.mechanism to one that they offer.",
            thrown);
      }
      if (cause instanceof IllegalSaslStateException) {
        return error(
            ErrorCode.INVALID_SPEC,
            doing,
            "the brokers "
                + options.brokers()
                + " ask for no login at this port, and the spec has one",
            "Use their port for logins, or leave out events.kafka.sasl.",
            thrown);
      }
      if (cause instanceof SslAuthenticationException) {
        return tls(cause, doing, options);
      }
      if (cause instanceof AuthenticationException) {
        return login(doing, options, thrown);
      }
      if (cause instanceof AuthorizationException) {
        return error(
            ErrorCode.FORBIDDEN,
            doing,
            "the brokers "
                + options.brokers()
                + " don't let "
                + user(options)
                + " do that ("
                + cause.getClass().getSimpleName()
                + ")",
            "Grant DESCRIBE and READ on the topic; docs/sources.md has the rights.",
            thrown);
      }
      if (cause instanceof InvalidTopicException) {
        return error(
            ErrorCode.INVALID_SOURCE,
            doing,
            "it is no name of a topic",
            "Check events.kafka.topic.",
            thrown);
      }
      if (cause instanceof InvalidConfigurationException) {
        return material(doing, options, thrown);
      }
      if (cause instanceof ConfigException) {
        return settings(cause, doing, options, thrown);
      }
      if (cause instanceof TimeoutException) {
        return unreachable(doing, options, thrown);
      }
    }
    return error(
        ErrorCode.UNAVAILABLE,
        doing,
        "the brokers " + options.brokers() + " failed (" + thrown.getClass().getSimpleName() + ")",
        "See the brokers' logs, then try again.",
        thrown);
  }

  private static ErrataException login(String doing, KafkaOptions options, Throwable thrown) {
    return error(
        ErrorCode.FORBIDDEN,
        doing,
        "the brokers "
            + options.brokers()
            + " refused the user or the password ("
            + mechanism(options)
            + ", "
            + user(options)
            + ")",
        "Correct events.kafka.sasl.user and events.kafka.sasl.password, or the mechanism.",
        thrown);
  }

  private static ErrataException tls(Throwable thrown, String doing, KafkaOptions options) {
    String said = "";
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      said += " " + cause.getMessage();
    }
    if (said.contains("No subject alternative") || said.contains("No name matching")) {
      return error(
          ErrorCode.FORBIDDEN,
          doing,
          "the certificate of the brokers " + options.brokers() + " is for another host name",
          "Use the name that the certificate has in events.kafka.brokers.",
          thrown);
    }
    if (said.contains("fatal alert")) {
      boolean shown = options.security().tls() != null && options.security().tls().key() != null;
      return error(
          ErrorCode.FORBIDDEN,
          doing,
          "the brokers "
              + options.brokers()
              + (shown ? " refused the client certificate" : " want a client certificate"),
          "Give one that they trust as events.kafka.tls.certificate and events.kafka.tls.key.",
          thrown);
    }
    if (said.contains("PKIX")
        || said.contains("certification path")
        || said.contains("No trusted certificate")
        || said.contains("signature check failed")) {
      return error(
          ErrorCode.FORBIDDEN,
          doing,
          "the certificate of the brokers " + options.brokers() + " isn't trusted",
          "Give the certificate of the authority that signed it as events.kafka.tls.ca.",
          thrown);
    }
    return error(
        ErrorCode.FORBIDDEN,
        doing,
        "no TLS connection to " + options.brokers() + " (" + rootName(thrown) + ")",
        "Check that this is the brokers' TLS port, and events.kafka.tls.",
        thrown);
  }

  private static String rootName(Throwable thrown) {
    @Nullable Throwable last = null;
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      last = cause instanceof SSLException ? cause : last;
    }
    return (last == null ? thrown : last).getClass().getSimpleName();
  }

  /** The message of the cause is not told: it may hold a piece of what it couldn't read. */
  private static ErrataException material(String doing, KafkaOptions options, Throwable thrown) {
    KafkaSecurity.@Nullable Tls tls = options.security().tls();
    boolean oldKey =
        tls != null
            && tls.key() != null
            && tls.key().reveal().contains("BEGIN")
            && !tls.key().reveal().contains("BEGIN PRIVATE KEY")
            && !tls.key().reveal().contains("BEGIN ENCRYPTED PRIVATE KEY");
    return error(
        ErrorCode.INVALID_SPEC,
        doing,
        oldKey
            ? "events.kafka.tls.key is not in PKCS #8"
            : "the certificates or the key of events.kafka.tls can't be used",
        oldKey
            ? "Convert it: openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.pk8.pem"
            : "Give certificates in PEM, the key in PEM as PKCS #8, and its password where it has one.",
        thrown);
  }

  private static ErrataException settings(
      Throwable cause, String doing, KafkaOptions options, Throwable thrown) {
    String said = String.valueOf(cause.getMessage());
    if (said.contains("bootstrap")) {
      return error(
          ErrorCode.UNAVAILABLE,
          doing,
          "no address of events.kafka.brokers can be used ("
              + probe(options, EnumSet.noneOf(Found.class))
              + ")",
          "Write host:port, several with commas between them, with names that this machine can look up.",
          thrown);
    }
    return error(
        ErrorCode.INVALID_SPEC,
        doing,
        options.security().equals(KafkaSecurity.NONE)
            ? "Kafka's client refuses its settings: " + said
            : "Kafka's client refuses its settings",
        "Check events.kafka.properties and the settings beside it.",
        thrown);
  }

  /** No broker answered in time; says of each address what is found there. */
  static ErrataException unreachable(
      String doing, KafkaOptions options, @Nullable Throwable thrown) {
    Set<Found> found = EnumSet.noneOf(Found.class);
    String states = probe(options, found);
    boolean tls = options.security().tls() != null;
    if (!tls && found.contains(Found.TLS)) {
      return error(
          ErrorCode.INVALID_SPEC,
          doing,
          "the brokers " + options.brokers() + " speak TLS at this port, and the spec doesn't",
          "Give the certificate of the authority that vouches for them as events.kafka.tls.ca, or use a port without TLS.",
          thrown);
    }
    if (tls && (found.contains(Found.LOGIN) || found.contains(Found.OPEN))) {
      return error(
          ErrorCode.INVALID_SPEC,
          doing,
          "the brokers " + options.brokers() + " don't speak TLS at this port, and the spec does",
          "Use their port for TLS, or leave out events.kafka.tls.",
          thrown);
    }
    boolean login = options.security().sasl() != null;
    if (!login && found.contains(Found.LOGIN)) {
      return error(
          ErrorCode.INVALID_SPEC,
          doing,
          "the brokers " + options.brokers() + " ask for a login, and the spec has none",
          "Give events.kafka.sasl, or use a port without a login.",
          thrown);
    }
    return error(
        ErrorCode.UNAVAILABLE,
        doing,
        "no broker answers (" + states + ")",
        tls && !login && found.contains(Found.TLS)
            ? "Where they ask for a login behind TLS, give events.kafka.sasl; else see their logs, then try again."
            : "See that the brokers run and can be reached from here, and that events.kafka.sasl and tls"
                + " are what this port asks for; then try again.",
        thrown);
  }

  private static String probe(KafkaOptions options, Set<Found> found) {
    List<String> states = new ArrayList<>();
    String[] brokers = options.brokers().split(",", -1);
    for (int i = 0; i < Math.min(PROBED, brokers.length); i++) {
      Found there = ListenerProbe.look(brokers[i].strip());
      found.add(there);
      states.add(brokers[i].strip() + ": " + there.text());
    }
    return String.join("; ", states);
  }

  private static String mechanism(KafkaOptions options) {
    KafkaSecurity.@Nullable Sasl sasl = options.security().sasl();
    return sasl == null ? "no login" : sasl.mechanism().text();
  }

  private static String user(KafkaOptions options) {
    KafkaSecurity.@Nullable Sasl sasl = options.security().sasl();
    if (sasl != null) {
      return "user " + sasl.user();
    }
    KafkaSecurity.@Nullable Tls tls = options.security().tls();
    return tls != null && tls.certificate() != null ? "the client certificate" : "anybody";
  }

  private static ErrataException error(
      ErrorCode code, String doing, String reason, String next, @Nullable Throwable thrown) {
    return new ErrataException(code, "Cannot " + doing + ": " + reason, next, thrown);
  }

  /** Whether what was thrown says that a topic isn't there. */
  static boolean isUnknownTopic(@Nullable Throwable thrown) {
    return thrown instanceof org.apache.kafka.common.errors.UnknownTopicOrPartitionException
        || thrown instanceof org.apache.kafka.common.errors.UnknownTopicIdException;
  }

  /** Whether records can't be decoded as the log keeps them. */
  static boolean isCorrupt(KafkaException thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof org.apache.kafka.common.errors.CorruptRecordException
          || cause instanceof org.apache.kafka.common.errors.RecordDeserializationException) {
        return true;
      }
    }
    return String.valueOf(thrown.getMessage()).contains("next record");
  }
}
