package io.errata.jobs.spec;

import io.errata.jobs.spec.YamlNode.Mapping;
import io.errata.jobs.spec.YamlNode.Scalar;
import io.errata.jobs.spec.YamlNode.Sequence;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** References to secrets, and what they stand for. What a reference stands for is in no message. */
final class References {
  /** A reference to a file, with its path in group 1. */
  static final Pattern FILE = Pattern.compile("\\$\\{file:([^}]*)\\}");

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z]*):?([^}]*)\\}");
  private static final Pattern ANYWHERE = Pattern.compile("\\$\\{(env|file):[^}]*\\}");
  private static final Pattern PASSWORD_IN_URL =
      Pattern.compile(
          "[?&;](ssl)?pass(word)?=|[?&;](pwd|secret|token)=|^jdbc:[^?]*@",
          Pattern.CASE_INSENSITIVE);

  /** Longer than any password or token; a larger file is another one than was meant. */
  private static final long MAX_FILE_BYTES = 64 * 1024;

  private final Function<String, Optional<String>> environment;
  private final Problems problems;

  References(Function<String, Optional<String>> environment, Problems problems) {
    this.environment = environment;
    this.problems = problems;
  }

  /** Whether a text is one reference and nothing else. */
  static boolean isReference(String text) {
    return ANYWHERE.matcher(text).matches();
  }

  /** Finds references where they would not be resolved, so that nobody takes one for a value. */
  void refuseElsewhere(YamlNode node, String path) {
    Set<String> allowed =
        SpecOptions.credentials().stream().map(SpecOption::path).collect(Collectors.toSet());
    if (node instanceof Mapping mapping) {
      mapping
          .entries()
          .forEach(
              (name, entry) ->
                  refuseElsewhere(entry.value(), path.isEmpty() ? name : path + "." + name));
    } else if (node instanceof Sequence sequence) {
      sequence.items().forEach(item -> refuseElsewhere(item, path));
    } else if (node instanceof Scalar scalar
        && !allowed.contains(path)
        && ANYWHERE.matcher(scalar.text()).find()) {
      problems.add(
          node.location(),
          path,
          "references are understood in connections only: "
              + String.join(", ", sectionsThatAllow()));
    }
  }

  private static List<String> sectionsThatAllow() {
    return SpecOptions.credentials().stream()
        .map(option -> option.path().substring(0, option.path().lastIndexOf('.')))
        .distinct()
        .toList();
  }

  /** Refuses a password in the URL, which is printed and stored. */
  void checkUrl(Location location, String url) {
    if (PASSWORD_IN_URL.matcher(url).find()) {
      problems.add(
          location,
          SpecOptions.URL.path(),
          "it holds a password, and the URL is printed and stored; give it as table.jdbc.password: \"${env:PGPASSWORD}\"");
    }
  }

  /**
   * What a value stands for.
   *
   * @return null where a reference can't be resolved, which is then a problem
   */
  @Nullable String resolve(Location location, String path, String text) {
    StringBuilder resolved = new StringBuilder();
    Matcher reference = REFERENCE.matcher(text);
    int before = problems.count();
    while (reference.find()) {
      String value =
          switch (reference.group(1)) {
            case "env" -> variable(location, path, reference.group(2));
            case "file" -> file(location, path, reference.group(2));
            default -> {
              problems.add(
                  location,
                  path,
                  "there is no reference of this kind; write ${env:NAME} or ${file:path}");
              yield null;
            }
          };
      reference.appendReplacement(resolved, Matcher.quoteReplacement(value == null ? "" : value));
    }
    reference.appendTail(resolved);
    return problems.count() == before ? resolved.toString() : null;
  }

  private @Nullable String variable(Location location, String path, String name) {
    if (name.isBlank() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
      problems.add(location, path, "${env:…} names no environment variable");
      return null;
    }
    Optional<String> value = environment.apply(name).filter(v -> !v.isEmpty());
    if (value.isEmpty()) {
      problems.add(
          location,
          path,
          "the environment variable " + name + " is not set; export it, or name another");
    }
    return value.orElse(null);
  }

  private @Nullable String file(Location location, String path, String name) {
    try {
      Path file = Path.of(name);
      if (!file.isAbsolute()) {
        // Reported with the paths already.
        return null;
      }
      if (Files.isDirectory(file)) {
        problems.add(location, path, "the secret's file " + name + " is a folder");
        return null;
      }
      long size = Files.size(file);
      if (size > MAX_FILE_BYTES) {
        problems.add(
            location,
            path,
            "the secret's file "
                + name
                + " has "
                + size
                + " bytes (at most "
                + MAX_FILE_BYTES
                + ")");
        return null;
      }
      String value = Files.readString(file, StandardCharsets.UTF_8).replaceFirst("\\r?\\n\\z", "");
      if (value.isEmpty()) {
        problems.add(location, path, "the secret's file " + name + " is empty");
        return null;
      }
      return value;
    } catch (NoSuchFileException e) {
      problems.add(location, path, "the secret's file " + name + " is not there");
    } catch (CharacterCodingException e) {
      problems.add(location, path, "the secret's file " + name + " is not UTF-8");
    } catch (IOException | InvalidPathException e) {
      problems.add(
          location,
          path,
          "the secret's file " + name + " can't be read (" + e.getClass().getSimpleName() + ")");
    }
    return null;
  }
}
