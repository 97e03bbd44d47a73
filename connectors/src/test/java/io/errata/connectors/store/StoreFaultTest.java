package io.errata.connectors.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** By what the libraries of the two stores say; ObjectStoreIT has them say it. */
class StoreFaultTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden) | DENIED",
        "Slow down (Service: Amazon S3; Status Code: 503; Error Code: SlowDown) | THROTTLED",
        "429 Too Many Requests GET http://host/o/x | THROTTLED",
        "403 Forbidden GET http://host/storage/v1/b | DENIED",
        "412 Precondition Failed | REPLACED",
        "Not there (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket) | NO_BUCKET",
        "Error getting access token from metadata server at: http://host/token | NO_CREDENTIALS",
        "No AWS Credentials provided by SimpleAWSCredentialsProvider | NO_CREDENTIALS",
        "404 Not Found | FAILED",
        "Premature end of Content-Length delimited message body (expected: 403; received: 1) | FAILED",
        "Connection refused | FAILED",
      })
  void message_isUnderstood(String message, StoreFault fault) {
    assertThat(StoreFault.of(new IOException("outer", new IOException(message)))).isEqualTo(fault);
  }

  @Test
  void status_isAskedFor() {
    assertThat(StoreFault.of(new UncheckedIOException(new Answered(429))))
        .isEqualTo(StoreFault.THROTTLED);
    assertThat(StoreFault.of(new Answered(500))).isEqualTo(StoreFault.FAILED);
  }

  /** As Google's and Amazon's tell it. */
  public static final class Answered extends FileNotFoundException {
    private static final long serialVersionUID = 1;
    private final int status;

    Answered(int status) {
      this.status = status;
    }

    public int getStatusCode() {
      return status;
    }
  }
}
