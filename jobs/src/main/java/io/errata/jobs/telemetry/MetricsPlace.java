package io.errata.jobs.telemetry;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where metrics are to be had.
 *
 * @param host the address that is listened at
 * @param port the first one to try; empty where nothing is listened at
 * @param folder of the files that are left for a node exporter
 */
record MetricsPlace(String host, Optional<Integer> port, Optional<Path> folder) {
  /** The variable that names the port, with or without a host before it, or says {@code off}. */
  static final String PORT = "ERRATA_METRICS";

  /** The variable that names the folder. */
  static final String FOLDER = "ERRATA_METRICS_DIR";

  static final String LOOPBACK = "127.0.0.1";
  static final int USUAL = 9091;

  private static final Pattern ADDRESS =
      Pattern.compile("(?:(?<host>[^\\s]+):)?(?<port>[0-9]{1,5})");
  private static final int MOST = 65_535;

  /**
   * Reads the variables.
   *
   * @throws ErrataException USAGE where the port is none
   */
  static MetricsPlace of(Map<String, String> environment) {
    Optional<Path> folder =
        Optional.ofNullable(environment.get(FOLDER)).filter(f -> !f.isBlank()).map(Path::of);
    String asked = environment.getOrDefault(PORT, "").strip();
    if (asked.isEmpty()) {
      return new MetricsPlace(LOOPBACK, Optional.of(USUAL), folder);
    }
    if (asked.equals("off")) {
      return new MetricsPlace(LOOPBACK, Optional.empty(), folder);
    }
    Matcher matcher = ADDRESS.matcher(asked);
    int port = matcher.matches() ? Integer.parseInt(matcher.group("port")) : 0;
    if (port < 1 || port > MOST) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot serve metrics at " + asked + " (" + PORT + ": a port, host:port, or off)",
          "Correct the variable " + PORT + ", or unset it for port " + USUAL + ".");
    }
    @Nullable String host = matcher.group("host");
    return new MetricsPlace(
        host == null ? LOOPBACK : host.replaceAll("^\\[|]$", ""), Optional.of(port), folder);
  }
}
