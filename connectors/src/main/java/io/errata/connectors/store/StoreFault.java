package io.errata.connectors.store;

import io.errata.api.ErrorCode;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a store failed, as far as it says so. */
public enum StoreFault {
  /** Nothing was found by which this process could say who it is. */
  NO_CREDENTIALS(
      ErrorCode.FORBIDDEN,
      "no credentials were found",
      "Give them as docs/object-stores.md says: in the environment, in Flink's configuration, or by"
          + " the machine's own identity."),
  /** The store knows who asks, or that it doesn't know it, and refuses. */
  DENIED(
      ErrorCode.FORBIDDEN,
      "the store refuses these credentials what is asked",
      "Check the credentials, and that they may list, read, write and delete there."),
  /** 429 or 503, after the file system has waited and asked again. */
  THROTTLED(
      ErrorCode.UNAVAILABLE,
      "the store asks for fewer requests (429 or 503), again and again",
      "Try again later, with limits.rate or a lower parallelism."),
  /** There is no such bucket. */
  NO_BUCKET(
      ErrorCode.INVALID_SPEC,
      "there is no such bucket",
      "Check the bucket's name and the store's address."),
  /** The object is another one than when it was opened. */
  REPLACED(
      ErrorCode.UNAVAILABLE,
      "it was replaced while it was read",
      "Try again once it stays as it is."),
  /** Anything else. */
  FAILED(
      ErrorCode.UNAVAILABLE,
      "the file system failed",
      "Check that it can be reached and the rights on it, then try again.");

  /** Google's and Amazon's errors differ in all but that their text begins or goes on so. */
  private static final Pattern STATUS = Pattern.compile("(?:^|Status Code: )(4\\d\\d|503)\\b");

  private final ErrorCode code;
  private final String words;
  private final String next;

  StoreFault(ErrorCode code, String words, String next) {
    this.code = code;
    this.words = words;
    this.next = next;
  }

  public ErrorCode code() {
    return code;
  }

  /** What is wrong, in words; nothing of what the store said. */
  public String words() {
    return words;
  }

  /** What to do. */
  public String next() {
    return next;
  }

  /** The fault that an exception of a file system tells of. */
  public static StoreFault of(Throwable failure) {
    for (@Nullable Throwable e = failure; e != null; e = e.getCause()) {
      @Nullable StoreFault known = ofOne(e);
      if (known != null) {
        return known;
      }
    }
    return FAILED;
  }

  private static @Nullable StoreFault ofOne(Throwable e) {
    // By name: the classes are those of Flink's plugins, which nothing else sees.
    String message = String.valueOf(e.getMessage());
    switch (e.getClass().getSimpleName()) {
      case "NoAuthWithAWSException",
      "NoAwsCredentialsException",
      "CredentialInitializationException":
        return NO_CREDENTIALS;
      case "RemoteFileChangedException":
        return REPLACED;
      case "UnknownStoreException":
        return NO_BUCKET;
      case "AWSServiceThrottledException":
        return THROTTLED;
      default:
        break;
    }
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("unable to load aws credentials")
        || lower.contains("unable to load credentials")
        || lower.contains("no aws credentials provided")
        || lower.contains("getting access token from metadata server")
        || lower.contains("default credentials are not available")
        || lower.contains("google_application_credentials")) {
      return NO_CREDENTIALS;
    }
    if (lower.contains("nosuchbucket") || lower.contains("bucket does not exist")) {
      return NO_BUCKET;
    }
    return switch (status(e, message)) {
      case 401, 403 -> DENIED;
      case 412 -> REPLACED;
      case 429, 503 -> THROTTLED;
      default -> null;
    };
  }

  private static int status(Throwable e, String message) {
    try {
      if (e.getClass().getMethod("getStatusCode").invoke(e) instanceof Integer status) {
        return status;
      }
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException notHttp) {
      // Its text may say it.
    }
    Matcher status = STATUS.matcher(message);
    return status.find() ? Integer.parseInt(status.group(1)) : 0;
  }
}
