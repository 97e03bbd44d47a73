package io.errata.jobs.cluster;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Where the job manager of a session cluster answers REST calls. Its text is {@code
 * http://host:port}.
 *
 * @param host a name or an address, an IPv6 address in brackets
 * @param port from 1
 */
public record ClusterAddress(String host, int port) {
  private static final int MOST = 65_535;

  /**
   * Reads one.
   *
   * @throws ErrataException USAGE where it is no {@code http://host:port}
   */
  public static ClusterAddress parse(String url) {
    try {
      URI uri = new URI(url);
      if ("http".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getPort() > 0
          && uri.getPort() <= MOST
          && (uri.getPath().isEmpty() || uri.getPath().equals("/"))
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null) {
        return new ClusterAddress(uri.getHost(), uri.getPort());
      }
    } catch (URISyntaxException e) {
      throw wrong(e);
    }
    throw wrong(null);
  }

  // Without the text: whoever mixes it up may have pasted an address with a password.
  private static ErrataException wrong(@Nullable URISyntaxException cause) {
    return new ErrataException(
        ErrorCode.USAGE,
        "Cannot read the address of the cluster (http://host:port)",
        "Give the REST address of the job manager, such as http://jobmanager:8081.",
        cause);
  }

  @Override
  public String toString() {
    return "http://" + host + ":" + port;
  }
}
