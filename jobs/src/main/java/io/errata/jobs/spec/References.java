package io.errata.jobs.spec;

import io.errata.connectors.secret.SecretReference;
import io.errata.connectors.secret.SecretReference.UnresolvedException;
import io.errata.jobs.spec.YamlNode.Mapping;
import io.errata.jobs.spec.YamlNode.Scalar;
import io.errata.jobs.spec.YamlNode.Sequence;
import java.io.File;
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

  private final Resolution resolution;
  private final Problems problems;

  private References(Resolution resolution, Problems problems) {
    this.resolution = resolution;
    this.problems = problems;
  }

  /** What one reference stands for. */
  private interface Resolution {
    String resolve(String kind, String name) throws UnresolvedException;
  }

  /** Those that stand for something here. */
  static References resolved(Function<String, Optional<String>> environment, Problems problems) {
    return new References(
        (kind, name) -> SecretReference.resolve(kind, name, environment), problems);
  }

  /** Those that stand for something elsewhere alone, and for themselves here. */
  static References kept(Problems problems) {
    return new References(
        (kind, name) -> {
          String reference = "${" + kind + ":" + name + "}";
          // A kind that there is not is wrong anywhere.
          return isReference(reference)
              ? reference
              : SecretReference.resolve(kind, name, variable -> Optional.empty());
        },
        problems);
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
      String kind = reference.group(1);
      String name = reference.group(2);
      String value = "";
      // A relative path is reported with the other paths already.
      if (!kind.equals("file") || new File(name).isAbsolute()) {
        try {
          value = resolution.resolve(kind, name);
        } catch (UnresolvedException e) {
          problems.add(location, path, e.getMessage());
        }
      }
      reference.appendReplacement(resolved, Matcher.quoteReplacement(value));
    }
    reference.appendTail(resolved);
    return problems.count() == before ? resolved.toString() : null;
  }
}
