package io.errata.jobs.spec;

import io.errata.jobs.spec.YamlNode.Mapping;
import io.errata.jobs.spec.YamlNode.Scalar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Puts values of the command line, {@code path=value}, into a document. */
final class Overrides {
  private final Mapping root;
  private final Problems problems;

  Overrides(Mapping root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  /** In their order, so that a later one wins. A value of nothing takes the field out. */
  void apply(List<String> overrides) {
    overrides.forEach(this::apply);
  }

  private void apply(String override) {
    int equals = override.indexOf('=');
    String path = equals < 0 ? override.strip() : override.substring(0, equals).strip();
    Location where = Location.inOverride(YamlReader.shorten(path));
    if (equals < 0) {
      problems.add(where, "", "it has no value; write path=value, such as limits.deletes=10");
      return;
    }
    List<String> names = split(path);
    if (names.stream().anyMatch(String::isBlank)) {
      problems.add(where, "", "it names no field; write path=value, such as limits.deletes=10");
      return;
    }
    int before = problems.count();
    Optional<YamlNode> value = YamlReader.read(override.substring(equals + 1), where, problems);
    if (problems.count() == before) {
      put(where, names, value.orElseGet(() -> new Scalar(where, Scalar.Kind.NULL, "")));
    }
  }

  /**
   * Below a setting that holds values by name, the rest of the path is one name, which may have
   * dots in it.
   */
  private static List<String> split(String path) {
    for (SpecOption<?> option : SpecOptions.all()) {
      String prefix = option.path() + ".";
      if (path.startsWith(prefix)) {
        List<String> names = new ArrayList<>(Arrays.asList(option.path().split("\\.")));
        names.add(path.substring(prefix.length()));
        return names;
      }
    }
    return Arrays.asList(path.split("\\.", -1));
  }

  private void put(Location where, List<String> names, YamlNode value) {
    Mapping at = root;
    for (String name : names.subList(0, names.size() - 1)) {
      YamlNode next = at.find(name);
      if (next == null) {
        Mapping made = Mapping.empty(where);
        at.put(where, name, made);
        at = made;
      } else if (next instanceof Mapping mapping) {
        at = mapping;
      } else {
        problems.add(
            where,
            "",
            name + " is " + next.kindName() + " (" + next.location() + ") and has no fields");
        return;
      }
    }
    at.put(where, names.get(names.size() - 1), value);
  }
}
