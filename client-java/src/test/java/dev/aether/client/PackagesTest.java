package dev.aether.client;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules for the packages of the client. */
final class PackagesTest {
  private static final String INTERNAL = "dev.aether.client.internal.";
  private static final JavaClasses CLIENT = importClient();

  /** Only the client's own classes: to read those it depends on would take half a minute. */
  private static JavaClasses importClient() {
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter()
        .withImportOption(location -> !location.contains("Test"))
        .importPackages("dev.aether.client");
  }

  @Test
  void internalPackagesDoNotDependOnEachOtherInCircles() {
    slices().matching("dev.aether.client.internal.(*)..").should().beFreeOfCycles().check(CLIENT);
  }

  @Test
  void theApiShowsNoInternalType() {
    List<String> leaks = new ArrayList<>();
    for (JavaClass type : CLIENT) {
      if (type.getModifiers().contains(JavaModifier.PUBLIC) && !isInternal(type)) {
        type.getCodeUnits().stream()
            .filter(PackagesTest::isVisible)
            .filter(PackagesTest::namesInternalType)
            .forEach(unit -> leaks.add(unit.getFullName()));
      }
    }
    assertEquals(List.of(), leaks);
  }

  private static boolean isInternal(JavaClass type) {
    return type.getName().startsWith(INTERNAL);
  }

  private static boolean isVisible(JavaCodeUnit unit) {
    return unit.getModifiers().contains(JavaModifier.PUBLIC)
        || unit.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static boolean namesInternalType(JavaCodeUnit unit) {
    return isInternal(unit.getRawReturnType())
        || unit.getRawParameterTypes().stream().anyMatch(PackagesTest::isInternal);
  }
}
