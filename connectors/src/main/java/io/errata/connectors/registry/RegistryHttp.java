package io.errata.connectors.registry;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Asks the registry, and says what is wrong where it doesn't answer. Thread-safe. */
final class RegistryHttp {
  private static final String ACCEPTED = "application/vnd.schemaregistry.v1+json, application/json";

  /** How long is waited before each further attempt: a registry that restarts is no failure yet. */
  private static final long[] WAITS_MILLIS = {200, 800, 2_000};

  /** The error codes of Confluent's API for what isn't there begin with the HTTP status. */
  private static final int NOT_FOUND = 404;

  private static final int FIRST_NOT_FOUND_CODE = 40_400;
  private static final int LAST_NOT_FOUND_CODE = 40_499;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final RegistryOptions options;
  private final HttpClient client;

  RegistryHttp(RegistryOptions options) {
    this.options = options;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            // Nobody is sent the credentials on whom the registry points at.
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(options.timeout());
    if (options.ca() != null) {
      builder.sslContext(trusting(options.ca()));
    }
    this.client = builder.build();
  }

  private static SSLContext trusting(String pem) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
        trusted.setCertificateEntry("ca-" + number++, certificate);
      }
      if (number == 0) {
        throw new GeneralSecurityException("no certificate");
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot trust the schema registry: its CA holds no certificate that can be read",
          "Give a file with certificates in PEM, from BEGIN CERTIFICATE to END CERTIFICATE.",
          e);
    }
  }

  /**
   * Asks for a document.
   *
   * @param path below the URL, encoded
   * @param doing what it is for, such as {@code read the schema with id 7}
   * @return empty where the registry says that there is none
   * @throws ErrataException UNAVAILABLE where it can't be reached or fails; FORBIDDEN where it
   *     refuses; INVALID_SOURCE where it is no registry
   */
  Optional<JsonNode> find(String path, String doing) {
    for (int attempt = 0; ; attempt++) {
      try {
        return ask(path, doing);
      } catch (ErrataException e) {
        if (!e.code().retryable()
            || e.code() == ErrorCode.CANCELLED
            || attempt == WAITS_MILLIS.length) {
          throw e;
        }
        rest(WAITS_MILLIS[attempt], doing);
      }
    }
  }

  private Optional<JsonNode> ask(String path, String doing) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(options.url() + path))
            .timeout(options.timeout())
            .header("Accept", ACCEPTED);
    @Nullable String authorization = authorization();
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    HttpResponse<byte[]> response = send(request.build(), doing);
    int status = response.statusCode();
    if (status == 401 || status == 403) {
      throw refused(status, doing);
    }
    if (status == 429 || status >= 500) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot " + doing + ": the schema registry " + options.url() + " answers " + status,
          "Look into the registry's log, then try again.");
    }
    @Nullable JsonNode json = json(response.body());
    if (status == 200 && json != null) {
      return Optional.of(json);
    }
    int code = json == null ? 0 : json.path("error_code").asInt(0);
    if (status == NOT_FOUND && code > FIRST_NOT_FOUND_CODE && code <= LAST_NOT_FOUND_CODE) {
      return Optional.empty();
    }
    throw noRegistry("it answers " + status + (json == null ? " and what is not JSON" : ""), doing);
  }

  /** The timeout of a request ends with the first byte of the answer; here it covers all of it. */
  private HttpResponse<byte[]> send(HttpRequest request, String doing) {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
    try {
      return answer.get(options.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw unreachable(new HttpTimeoutException("no answer"), doing);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw unreachable(failure, doing);
      }
      throw new IllegalStateException("Cannot " + doing, e.getCause());
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw cancelled(e, doing);
    }
  }

  private @Nullable String authorization() {
    if (options.token() != null) {
      return "Bearer " + options.token().reveal();
    }
    if (options.user() != null && options.password() != null) {
      byte[] login =
          (options.user() + ":" + options.password().reveal()).getBytes(StandardCharsets.UTF_8);
      return "Basic " + Base64.getEncoder().encodeToString(login);
    }
    return null;
  }

  private static @Nullable JsonNode json(byte[] body) {
    try {
      JsonNode json = JSON.readTree(body);
      return json.isMissingNode() ? null : json;
    } catch (JacksonException e) {
      return null;
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory can be read", e);
    }
  }

  private ErrataException unreachable(IOException e, String doing) {
    if (e instanceof SSLException) {
      return new ErrataException(
          ErrorCode.FORBIDDEN,
          "Cannot "
              + doing
              + ": no secure connection to the schema registry "
              + options.url()
              + " ("
              + e.getClass().getSimpleName()
              + ")",
          "Check that the URL's scheme is right, and that events.kafka.registry.ca holds the certificate of"
              + " those who vouch for the registry.",
          e);
    }
    String reason =
        e instanceof HttpTimeoutException
            ? "no answer within " + options.timeout()
            : e.getClass().getSimpleName();
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot "
            + doing
            + ": the schema registry "
            + options.url()
            + " can't be reached ("
            + reason
            + ")",
        "Check its URL and that it is up, then try again.",
        e);
  }

  private ErrataException refused(int status, String doing) {
    String what =
        "Cannot " + doing + ": the schema registry " + options.url() + " answers " + status;
    if (options.user() != null) {
      return new ErrataException(
          ErrorCode.FORBIDDEN,
          what + " to the user " + options.user(),
          status == 401
              ? "Check the registry's user and password."
              : "Let the user read the registry's schemas.");
    }
    return new ErrataException(
        ErrorCode.FORBIDDEN,
        what + (options.token() == null ? " to somebody without a login" : " to the bearer token"),
        options.token() == null
            ? "Give events.kafka.registry.user and password, or token."
            : "Check that the token is the registry's and has not expired.");
  }

  ErrataException noRegistry(String reason, String doing) {
    return new ErrataException(
        ErrorCode.INVALID_SOURCE,
        "Cannot " + doing + ": " + options.url() + " is no schema registry (" + reason + ")",
        "Give the URL of an API as Confluent's; Apicurio's ends in /apis/ccompat/v7.");
  }

  private static void rest(long millis, String doing) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw cancelled(e, doing);
    }
  }

  private static ErrataException cancelled(InterruptedException e, String doing) {
    Thread.currentThread().interrupt();
    return new ErrataException(
        ErrorCode.CANCELLED, "Cannot " + doing + ": interrupted", "Start it again.", e);
  }
}
