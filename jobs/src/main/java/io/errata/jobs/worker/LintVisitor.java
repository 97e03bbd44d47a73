package io.errata.jobs.worker;

import io.errata.jobs.worker.LintFinding.Severity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Reads one class: what it calls, what it keeps, and which classes it names. */
final class LintVisitor extends ClassVisitor {
  private static final int API = Opcodes.ASM9;

  private final Class<?> worker;
  private final List<LintFinding> found = new ArrayList<>();
  private final List<LintFinding> iterations = new ArrayList<>();
  private final Set<String> reached = new LinkedHashSet<>();
  private String type = "";
  private boolean makesUnordered;

  LintVisitor(Class<?> worker) {
    super(API);
    this.worker = worker;
  }

  List<LintFinding> findings() {
    List<LintFinding> all = new ArrayList<>(found);
    if (makesUnordered) {
      all.addAll(iterations);
    }
    return all;
  }

  Set<String> reached() {
    return reached;
  }

  @Override
  public void visit(
      int version,
      int access,
      String name,
      @Nullable String signature,
      @Nullable String superName,
      String[] interfaces) {
    type = name.replace('/', '.');
    if (superName != null) {
      reach(superName);
    }
    for (String each : interfaces) {
      reach(each);
    }
  }

  private void reach(String internalName) {
    if (!internalName.startsWith("[")) {
      reached.add(internalName.replace('/', '.'));
    }
  }

  @Override
  public @Nullable FieldVisitor visitField(
      int access,
      String name,
      String descriptor,
      @Nullable String signature,
      @Nullable Object value) {
    return null;
  }

  @Override
  public MethodVisitor visitMethod(
      int access,
      String name,
      String descriptor,
      @Nullable String signature,
      String @Nullable [] exceptions) {
    return new Body(name);
  }

  private void add(Severity severity, String method, String what, String why) {
    found.add(new LintFinding(severity, type, method, what, why));
  }

  /** Reads one method. */
  private final class Body extends MethodVisitor {
    private final String method;

    Body(String method) {
      super(API);
      this.method = method;
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      // A class that calls the constructor of its superclass makes no second object.
      called(owner, name, descriptor);
    }

    private void called(String owner, String name, String descriptor) {
      reach(owner);
      String what = simple(owner) + (name.equals("<init>") ? "" : "." + name);
      LintRule.broken(owner, name, descriptor)
          .ifPresent(
              rule ->
                  add(
                      rule.severity(),
                      method,
                      name.equals("<init>") ? "new " + what : what,
                      rule.why()));
      makesUnordered |= LintRule.makesUnordered(owner, name, descriptor);
      if (LintRule.iteratesUnordered(owner, name, descriptor)) {
        iterations.add(
            new LintFinding(
                Severity.WARNING,
                type,
                method,
                what,
                "a hash table's order may differ between processes: use a LinkedHashMap, a TreeMap or a List where order shows"));
      }
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      reach(owner);
      String what = simple(owner) + "." + name;
      if (opcode == Opcodes.PUTSTATIC && !method.equals("<clinit>")) {
        add(
            Severity.ERROR,
            method,
            what + " =",
            "a static field outlives the key and is shared: keep it in the state");
      } else if (opcode == Opcodes.PUTFIELD && !method.equals("<init>") && ofWorker(owner)) {
        add(
            Severity.ERROR,
            method,
            what + " =",
            "a worker serves many keys and must keep nothing between calls: keep it in the state");
      } else if (opcode == Opcodes.GETSTATIC && owner.equals("java/lang/System")) {
        add(
            Severity.ERROR,
            method,
            what,
            "a replay must not act on the world: report it as an effect");
      }
    }

    private boolean ofWorker(String owner) {
      for (Class<?> each = worker; each != null; each = each.getSuperclass()) {
        if (each.getName().equals(owner.replace('/', '.'))) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void visitTypeInsn(int opcode, String internalName) {
      reach(internalName);
    }

    @Override
    public void visitLdcInsn(Object value) {
      if (value instanceof Type named && named.getSort() == Type.OBJECT) {
        reach(named.getInternalName());
      }
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      for (Object argument : arguments) {
        if (argument instanceof Handle handle) {
          called(handle.getOwner(), handle.getName(), handle.getDesc());
        } else if (argument instanceof ConstantDynamic constant) {
          reach(Type.getType(constant.getDescriptor()).getInternalName());
        }
      }
    }

    private String simple(String owner) {
      return owner.substring(Math.max(owner.lastIndexOf('/'), owner.lastIndexOf('$')) + 1);
    }
  }
}
