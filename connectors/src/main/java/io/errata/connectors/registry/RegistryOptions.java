package io.errata.connectors.registry;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Secret;
import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a schema registry is, and who asks it. Its text holds no secret.
 *
 * @param url of the API, {@code http} or {@code https}, without user and query; Apicurio's ends in
 *     {@code /apis/ccompat/v7}
 * @param user for basic authentication, or null
 * @param password the user's, null with it
 * @param token a bearer token, or null; not beside a user
 * @param ca the certificates in PEM of those who may vouch for the registry; null for the ones that
 *     the JVM trusts
 * @param timeout how long one answer may take
 */
public record RegistryOptions(
    String url,
    @Nullable String user,
    @Nullable Secret password,
    @Nullable Secret token,
    @Nullable String ca,
    Duration timeout)
    implements Serializable {
  /** Ten seconds: a registry answers in milliseconds, or not at all. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  public RegistryOptions {
    url = checked(url);
    if ((user == null) != (password == null)) {
      throw invalid(
          "a user and a password belong together", "Give both, or none, or a bearer token.");
    }
    if (user != null && token != null) {
      throw invalid("there are both a user and a bearer token", "Keep one of them.");
    }
    if (user != null && user.indexOf(':') >= 0) {
      throw invalid(
          "its user holds a colon", "Basic authentication has no such users; check the user.");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw invalid("its timeout is not positive", "Give a length of time, such as PT10S.");
    }
  }

  /** A registry that asks for nothing. */
  public static RegistryOptions of(String url) {
    return new RegistryOptions(url, null, null, null, null, DEFAULT_TIMEOUT);
  }

  public RegistryOptions withLogin(String changed, Secret changedPassword) {
    return new RegistryOptions(url, changed, changedPassword, null, ca, timeout);
  }

  public RegistryOptions withToken(Secret changed) {
    return new RegistryOptions(url, null, null, changed, ca, timeout);
  }

  public RegistryOptions withCa(String changed) {
    return new RegistryOptions(url, user, password, token, changed, timeout);
  }

  public RegistryOptions withTimeout(Duration changed) {
    return new RegistryOptions(url, user, password, token, ca, changed);
  }

  private static String checked(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      // Its message has the URL, which may hold a password.
      throw invalid("its URL is none", "Write it as http://host:port or https://host:port.");
    }
    if (uri.getUserInfo() != null) {
      throw invalid("its URL holds a login", "Give the user and the password by themselves.");
    }
    @Nullable String scheme = uri.getScheme();
    boolean known =
        scheme != null
            && (scheme.toLowerCase(Locale.ROOT).equals("http")
                || scheme.toLowerCase(Locale.ROOT).equals("https"));
    if (!known || uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null) {
      throw invalid(
          "its URL is not one of a registry",
          "Write it as http://host:port or https://host:port, with a path where there is one.");
    }
    int end = url.length();
    while (url.charAt(end - 1) == '/') {
      end--;
    }
    return url.substring(0, end);
  }

  private static ErrataException invalid(String reason, String next) {
    return new ErrataException(
        ErrorCode.INVALID_SPEC, "Cannot use the schema registry: " + reason, next);
  }
}
