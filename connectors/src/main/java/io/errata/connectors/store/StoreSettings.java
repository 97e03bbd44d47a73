package io.errata.connectors.store;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.secret.SecretReference;
import io.errata.connectors.secret.SecretReference.UnresolvedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * How Errata's own process reaches stores: by Flink's configuration, and where that says nothing by
 * the variables that the stores' own programs read.
 */
final class StoreSettings {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^}]*)\\}");
  private static final List<String> PREFIXES = List.of("s3.", "s3a.", "fs.s3a.", "gs.", "fs.gs.");

  /** Those of Hadoop, and then all that the programs of AWS look for. */
  private static final String PROVIDERS =
      "org.apache.hadoop.fs.s3a.TemporaryAWSCredentialsProvider,"
          + "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider,"
          + "com.amazonaws.auth.DefaultAWSCredentialsProviderChain";

  private StoreSettings() {}

  /**
   * @param flink Flink's configuration, whose values for stores may be references
   * @throws ErrataException USAGE where a reference can't be resolved
   */
  static Configuration of(Configuration flink, Map<String, String> environment) {
    Configuration settings = new Configuration(flink);
    flink
        .toMap()
        .forEach(
            (key, value) -> {
              Matcher reference = REFERENCE.matcher(value);
              if (PREFIXES.stream().anyMatch(key::startsWith) && reference.matches()) {
                settings.setString(
                    key, resolve(key, reference.group(1), reference.group(2), environment));
              }
            });
    @Nullable String endpoint = first(environment, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
    if (endpoint != null && !isSet(settings, "endpoint")) {
      settings.setString("s3.endpoint", endpoint);
      if (!isSet(settings, "path.style.access") && !isSet(settings, "path-style-access")) {
        // Only AWS's own names have one for each bucket below them.
        settings.setString("s3.path.style.access", "true");
      }
    }
    @Nullable String region = first(environment, "AWS_REGION", "AWS_DEFAULT_REGION");
    if (region != null && !isSet(settings, "endpoint.region")) {
      settings.setString("s3.endpoint.region", region);
    }
    setUnlessSet(settings, "aws.credentials.provider", PROVIDERS);
    // Each of these is one of Hadoop's attempts, which are seven and wait ever longer.
    setUnlessSet(settings, "attempts.maximum", "3");
    @Nullable String emulator = first(environment, "STORAGE_EMULATOR_HOST");
    if (emulator != null && !settings.containsKey("gs.storage.root.url")) {
      settings.setString(
          "gs.storage.root.url",
          (emulator.contains("://") ? emulator : "http://" + emulator).replaceFirst("/+$", ""));
      settings.setString("gs.auth.null.enable", "true");
      settings.setString("gs.auth.service.account.enable", "false");
      settings.setString("gs.project.id", "emulated");
    }
    return settings;
  }

  private static void setUnlessSet(Configuration settings, String name, String value) {
    if (!isSet(settings, name)) {
      settings.setString("s3." + name, value);
    }
  }

  private static boolean isSet(Configuration settings, String name) {
    return List.of("s3.", "s3a.", "fs.s3a.").stream()
        .anyMatch(prefix -> settings.containsKey(prefix + name));
  }

  private static @Nullable String first(Map<String, String> environment, String... names) {
    for (String name : names) {
      @Nullable String value = environment.get(name);
      if (value != null && !value.isBlank()) {
        return value;
      }
    }
    return null;
  }

  private static String resolve(
      String key, String kind, String name, Map<String, String> environment) {
    try {
      return SecretReference.resolve(
          kind, name, variable -> Optional.ofNullable(environment.get(variable)));
    } catch (UnresolvedException e) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot use " + key + " of Flink's configuration: " + e.getMessage(),
          "Correct the reference, or what it names; docs/object-stores.md shows them.",
          e);
    }
  }
}
