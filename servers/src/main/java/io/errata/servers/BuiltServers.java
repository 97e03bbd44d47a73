package io.errata.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Servers that a script of the repository builds or installs, once for a user.
 *
 * @param script its path from the repository's root; it prints the folder of what it has made
 * @param variable of the environment: {@code required} where their absence is an error
 */
public record BuiltServers(String script, String variable) {

  /**
   * The folder of the programs. Where they are required, they are made if need be.
   *
   * @return empty where there is none
   * @throws IllegalStateException where they are required and can't be made
   */
  public Optional<Path> find() {
    if ("required".equals(System.getenv(variable))) {
      return Optional.of(Path.of(run()));
    }
    return Optional.of(Path.of(run("--where"))).filter(Files::isDirectory);
  }

  private String run(String... arguments) {
    ProcessBuilder builder = new ProcessBuilder(path().toString());
    builder.command().addAll(List.of(arguments));
    try {
      Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String printed =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new IllegalStateException("Cannot make the servers of " + script);
      }
      return printed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Path path() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve(script))) {
        return folder.resolve(script);
      }
    }
    throw new IllegalStateException("Cannot find " + script);
  }
}
