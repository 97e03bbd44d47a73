package io.errata.jobs.spec;

import io.errata.jobs.spec.SpecOption.Need;
import io.errata.jobs.spec.YamlNode.Mapping;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one document, read as the options say. Fields that no option knows are problems.
 */
final class OptionValues {
  private final Mapping root;
  private final Problems problems;
  private final Map<String, Object> values = new HashMap<>();

  OptionValues(Mapping root, Problems problems) {
    this.root = root;
    this.problems = problems;
    readSection(root, "");
    SpecOptions.all().forEach(this::requirePresence);
  }

  /** The value of a setting, or its default; null where it has none, or can't be read. */
  @SuppressWarnings("unchecked") // put below with the type that the option's reader gives
  <T> @Nullable T find(SpecOption<T> option) {
    if (node(option.path()) == null) {
      return option.fallback();
    }
    return (T) values.get(option.path());
  }

  /** Whether something stands there, right or wrong. */
  boolean isGiven(String path) {
    return node(path) != null;
  }

  /** Where something stands, or the nearest around it. */
  Location location(String path) {
    for (String at = path; !at.isEmpty(); at = at.substring(0, Math.max(0, at.lastIndexOf('.')))) {
      YamlNode node = node(at);
      if (node != null) {
        return node.location();
      }
    }
    return root.location();
  }

  private @Nullable YamlNode node(String path) {
    YamlNode at = root;
    for (String name : path.split("\\.")) {
      if (!(at instanceof Mapping mapping)) {
        return null;
      }
      at = mapping.find(name);
      if (at == null) {
        return null;
      }
    }
    return at;
  }

  private void readSection(Mapping section, String path) {
    section
        .entries()
        .forEach(
            (name, entry) -> {
              if (!YamlNode.isNull(entry.value())) {
                read(path.isEmpty() ? name : path + "." + name, path, name, entry);
              } else if (!SpecOptions.namesIn(path).contains(name)) {
                refuseUnknown(path, name, entry.location());
              }
            });
  }

  private void read(String path, String section, String name, Mapping.Entry entry) {
    Optional<SpecOption<?>> option = SpecOptions.find(path);
    String later = SpecOptions.later().get(path);
    // A name with a dot in it must not pass for a path.
    if (name.contains(".")) {
      refuseUnknown(section, name, entry.location());
    } else if (option.isPresent()) {
      Object value = option.get().type().reader().read(entry.value(), path, problems);
      if (value != null) {
        values.put(path, value);
      }
    } else if (later != null) {
      problems.add(entry.location(), path, later);
    } else if (!SpecOptions.isSection(path)) {
      refuseUnknown(section, name, entry.location());
    } else if (entry.value() instanceof Mapping mapping) {
      readSection(mapping, path);
    } else {
      problems.add(
          entry.value().location(),
          path,
          "it is "
              + entry.value().kindName()
              + " and must have fields ("
              + String.join(", ", SpecOptions.namesIn(path))
              + ")");
    }
  }

  private void refuseUnknown(String section, String name, Location location) {
    Set<String> known = SpecOptions.namesIn(section);
    // The right name in the wrong place is nearer than another name in the right one.
    List<String> elsewhere =
        SpecOptions.all().stream()
            .filter(option -> option.name().equals(name))
            .map(SpecOption::path)
            .toList();
    String nearest = ValueType.didYouMean(name, known);
    String hint =
        elsewhere.size() == 1
            ? "; did you mean " + elsewhere.get(0) + "?"
            : nearest.isEmpty() ? "; there are " + String.join(", ", known) : nearest;
    problems.add(
        location,
        section.isEmpty() ? YamlReader.shorten(name) : section + "." + YamlReader.shorten(name),
        "unknown field" + hint);
  }

  private void requirePresence(SpecOption<?> option) {
    boolean required =
        option.need() == Need.REQUIRED
            || (option.need() == Need.REQUIRED_IN_SECTION && isGiven(option.section()));
    if (required && !isGiven(option.path()) && !hidden(option.path())) {
      String hint =
          option == SpecOptions.FIELD_ID
              ? "; where events have none, write \"$position\", and each row is an event of its own"
              : "";
      problems.add(location(option.path()), option.path(), "it is missing" + hint);
    }
  }

  /** Whether something around a setting is no section at all, which is a problem of its own. */
  boolean hidden(String path) {
    for (int dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
      YamlNode around = node(path.substring(0, dot));
      if (around != null && !(around instanceof Mapping)) {
        return true;
      }
    }
    return false;
  }
}
