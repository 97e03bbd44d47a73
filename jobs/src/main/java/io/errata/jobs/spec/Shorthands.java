package io.errata.jobs.spec;

import io.errata.jobs.spec.YamlNode.Mapping;
import io.errata.jobs.spec.YamlNode.Scalar;
import java.util.LinkedHashMap;
import java.util.List;

/** Writes out the sections that were given as one value, so that a spec says it in one way. */
final class Shorthands {
  private Shorthands() {}

  static void expand(Mapping root) {
    SpecOptions.shorthands().forEach((section, option) -> expand(root, section, option));
  }

  private static void expand(Mapping root, String section, SpecOption<?> option) {
    List<String> names = List.of(section.split("\\."));
    Mapping at = root;
    for (String name : names.subList(0, names.size() - 1)) {
      if (!(at.find(name) instanceof Mapping mapping)) {
        return;
      }
      at = mapping;
    }
    String last = names.get(names.size() - 1);
    Mapping.Entry entry = at.entries().get(last);
    if (entry != null && entry.value() instanceof Scalar scalar && !YamlNode.isNull(scalar)) {
      Mapping whole = new Mapping(scalar.location(), new LinkedHashMap<>());
      whole.put(scalar.location(), option.name(), scalar);
      at.put(entry.location(), last, whole);
    }
  }
}
