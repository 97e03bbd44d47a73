package io.errata.jobs.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Calls the user's own {@code kubectl}, which knows the clusters, contexts and logins of the
 * machine; within a pod it takes the pod's account. Only plain calls of the API are made of it, so
 * that its release doesn't matter. Thread-safe.
 */
public final class Kubectl implements KubernetesObjects {
  /** A plugin that logs in may ask another system. */
  private static final int SECONDS = 60;

  private static final String TIMEOUT = "--request-timeout=20s";
  private static final String FROM_SERVER = "Error from server (";
  private static final String UNKNOWN_KIND = "the server could not find the requested resource";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String program;

  /** The one that the {@code PATH} leads to. */
  public Kubectl() {
    this("kubectl");
  }

  /**
   * @param program its name or path
   */
  Kubectl(String program) {
    this.program = program;
  }

  @Override
  public JsonNode create(String collection, JsonNode object) {
    String path = collection + "?fieldValidation=Strict";
    return json(
        run("make " + name(object), object.toString(), "create", "--raw", path, "-f", "-")
            .orElseThrow(() -> unknownKind(collection)));
  }

  private static String name(JsonNode object) {
    return object.path("kind").asText()
        + " "
        + object.at("/metadata/namespace").asText()
        + "/"
        + object.at("/metadata/name").asText();
  }

  @Override
  public Optional<JsonNode> find(String path) {
    return text(path).map(Kubectl::json);
  }

  @Override
  public Optional<String> text(String path) {
    return run("read " + path, "", "get", "--raw", path);
  }

  @Override
  public void delete(String path) {
    run("delete " + path, "", "delete", "--raw", path);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw unavailable("use what kubectl has printed", "it is no object of Kubernetes", e);
    }
  }

  /**
   * Runs it.
   *
   * @return what it has printed; empty where the server has no such object
   */
  private Optional<String> run(String what, String input, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(program);
    command.addAll(List.of(arguments));
    command.add(TIMEOUT);
    Process process;
    try {
      process = new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.USAGE,
          "Cannot run on Kubernetes: " + program + " can't be started",
          "Install kubectl, put it in the PATH, and see that kubectl get pods answers.",
          e);
    }
    try {
      CompletableFuture<String> out = read(process.getInputStream());
      CompletableFuture<String> err = read(process.getErrorStream());
      write(process, input);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw unavailable(what, "kubectl hasn't ended within " + SECONDS + " s", null);
      }
      if (process.exitValue() == 0) {
        return Optional.of(out.join());
      }
      return refused(what, err.join());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrataException(
          ErrorCode.CANCELLED,
          "Cannot " + what + ": it was interrupted",
          "Give the same command again.",
          e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static CompletableFuture<String> read(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try (stream) {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
              } catch (IOException e) {
                text.completeExceptionally(new UncheckedIOException(e));
              }
            },
            "errata-kubectl");
    reader.setDaemon(true);
    reader.start();
    return text;
  }

  private static void write(Process process, String input) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It has ended before it read that; its exit status says why.
      process.destroy();
    }
  }

  /** Tells why, in the words of the server where they are its own. */
  private static Optional<String> refused(String what, String err) {
    String said = err.strip().lines().reduce((first, last) -> last).orElse("it says nothing");
    if (!said.startsWith(FROM_SERVER)) {
      if (said.contains("logged in") || said.contains("Unauthorized")) {
        throw forbidden(what, said);
      }
      throw unavailable(what, said, null);
    }
    int end = said.indexOf("): ");
    String reason = end < 0 ? "" : said.substring(FROM_SERVER.length(), end);
    String words = end < 0 ? said : said.substring(end + "): ".length());
    return switch (reason) {
      case "NotFound" -> {
        if (words.startsWith("namespaces ")) {
          throw refusal(what, words, "Check the namespace of the deployment's file.");
        }
        yield Optional.empty();
      }
      case "Forbidden", "Unauthorized" -> throw forbidden(what, words);
      case "AlreadyExists" ->
          throw refusal(
              what,
              words,
              "Another plan may be under way there. Wait for its end, or delete it, or give the"
                  + " deployment another name, which the role of its account has to name, too.");
      case "Invalid", "BadRequest" ->
          throw refusal(what, words, "Correct the deployment's file; nothing was made.");
      default -> throw unavailable(what, words, null);
    };
  }

  private static ErrataException unknownKind(String collection) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot run on Kubernetes: " + UNKNOWN_KIND + " (" + collection + ")",
        "Install the Flink Kubernetes operator and its CRDs there, or see that kubectl uses the"
            + " right context.");
  }

  private static ErrataException forbidden(String what, String why) {
    return new ErrataException(
        ErrorCode.FORBIDDEN,
        "Cannot " + what + ": " + why,
        "Log in, or have an administrator bind the role errata-launch of deploy/k8s to you.");
  }

  private static ErrataException refusal(String what, String why, String next) {
    return new ErrataException(ErrorCode.USAGE, "Cannot " + what + ": " + why, next);
  }

  private static ErrataException unavailable(String what, String why, @Nullable Exception cause) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot " + what + ": " + why,
        "See that kubectl get pods answers, and uses the right context.",
        cause);
  }
}
