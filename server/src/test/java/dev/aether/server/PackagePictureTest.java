package dev.aether.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The picture in docs/architecture.md is the code's. */
class PackagePictureTest {
  private static final String ROOT = "dev.aether.server";
  private static final Pattern ARROW = Pattern.compile("^  (\\S+ --> \\S+)$", Pattern.MULTILINE);

  /** Generated messages of the server's own, which are no package of the picture. */
  private static final String GENERATED = "wire";

  @Test
  void everyArrowOfTheCodeIsInThePictureAndNoOther() throws IOException {
    assertEquals(String.join("\n", ofTheCode()), String.join("\n", ofThePicture()));
  }

  private static Set<String> ofThePicture() throws IOException {
    Path doc = Path.of("..", "docs", "architecture.md");
    Set<String> arrows = new TreeSet<>();
    ARROW.matcher(Files.readString(doc)).results().forEach(found -> arrows.add(found.group(1)));
    return arrows;
  }

  private static Set<String> ofTheCode() {
    Set<String> arrows = new TreeSet<>();
    for (JavaClass from :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT)) {
      targets(from)
          .map(JavaClass::getPackageName)
          .filter(target -> target.startsWith(ROOT))
          .forEach(target -> add(arrows, room(from.getPackageName()), room(target)));
    }
    return arrows;
  }

  /** What a class names; ArchUnit does not count what is only caught. */
  private static Stream<JavaClass> targets(JavaClass from) {
    return Stream.concat(
        from.getDirectDependenciesFromSelf().stream().map(Dependency::getTargetClass),
        from.getCodeUnits().stream()
            .flatMap(unit -> unit.getTryCatchBlocks().stream())
            .flatMap(block -> block.getCaughtThrowables().stream()));
  }

  private static void add(Set<String> arrows, String from, String to) {
    if (!from.equals(to) && !from.equals(GENERATED) && !to.equals(GENERATED)) {
      arrows.add(from + " --> " + to);
    }
  }

  /** A package's name in the picture: the command line's parts are one room. */
  private static String room(String name) {
    if (name.equals(ROOT)) {
      return "root";
    }
    String inside = name.substring(ROOT.length() + 1);
    return inside.startsWith("cli.") ? "cli" : inside;
  }
}
