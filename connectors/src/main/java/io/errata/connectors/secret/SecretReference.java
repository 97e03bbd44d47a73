package io.errata.connectors.secret;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * What {@code ${env:NAME}} and {@code ${file:PATH}} stand for. It is in no message of an exception.
 */
public final class SecretReference {
  /** Longer than any password or token; a larger file is another one than was meant. */
  private static final long MAX_FILE_BYTES = 64 * 1024;

  private SecretReference() {}

  /** A reference stands for nothing; the message says why, and is no sentence. */
  public static final class UnresolvedException extends Exception {
    private static final long serialVersionUID = 1L;

    private UnresolvedException(String why) {
      super(why);
    }
  }

  /**
   * What a reference stands for.
   *
   * @param kind {@code env} or {@code file}
   * @param name of the variable, or path of the file, which is read without the end of its last
   *     line
   * @param environment variables
   * @throws UnresolvedException where it is no such reference, or what it names is not there, is
   *     empty or can't be meant
   */
  public static String resolve(
      String kind, String name, Function<String, Optional<String>> environment)
      throws UnresolvedException {
    return switch (kind) {
      case "env" -> variable(name, environment);
      case "file" -> file(name);
      default ->
          throw new UnresolvedException(
              "there is no reference of this kind; write ${env:NAME} or ${file:path}");
    };
  }

  private static String variable(String name, Function<String, Optional<String>> environment)
      throws UnresolvedException {
    if (name.isBlank() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
      throw new UnresolvedException("${env:…} names no environment variable");
    }
    return environment
        .apply(name)
        .filter(value -> !value.isEmpty())
        .orElseThrow(
            () ->
                new UnresolvedException(
                    "the environment variable "
                        + name
                        + " is not set; export it, or name another"));
  }

  private static String file(String name) throws UnresolvedException {
    String file = "the secret's file " + name;
    try {
      Path path = Path.of(name);
      if (Files.isDirectory(path)) {
        throw new UnresolvedException(file + " is a folder");
      }
      long size = Files.size(path);
      if (size > MAX_FILE_BYTES) {
        throw new UnresolvedException(
            file + " has " + size + " bytes (at most " + MAX_FILE_BYTES + ")");
      }
      String value = Files.readString(path, StandardCharsets.UTF_8).replaceFirst("\\r?\\n\\z", "");
      if (value.isEmpty()) {
        throw new UnresolvedException(file + " is empty");
      }
      return value;
    } catch (NoSuchFileException e) {
      throw new UnresolvedException(file + " is not there");
    } catch (CharacterCodingException e) {
      throw new UnresolvedException(file + " is not UTF-8");
    } catch (IOException | InvalidPathException e) {
      throw new UnresolvedException(file + " can't be read (" + e.getClass().getSimpleName() + ")");
    }
  }
}
