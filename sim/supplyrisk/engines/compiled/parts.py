"""Compile many functions as one: each is turned into LLVM code only, all of it is optimised once.

Left to itself numba optimises a function together with everything it calls, and turns it into machine code, before
the next one that calls it, which does all of that again: here four times over. Imports numba.
"""

# mypy: ignore-errors
# (what numba offers for extensions has no types)
from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder


class Part(JITCodeLibrary):
    """The code of one function, waiting to be linked with the others."""

    def finalize(self) -> None:
        """Nothing to do: whoever needs machine code links the parts."""
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """No machine code here."""
        return 0

    @property
    def codegen(self) -> Any:
        """Stands in for numba's code generator where that would look for the machine code."""
        return self

    def set_env(self, name: str, environment: Any) -> None:
        """Environments serve exceptions and Python objects; there are none."""

    def _all(self) -> list[JITCodeLibrary]:
        """This part and all that it and they call: parts, and numba's own."""
        found = [self]
        for library in found:
            if isinstance(library, Part):
                found.extend(called for called in library._linking_libraries if called not in found)
        return found

    def _own_module(self) -> Any:
        """The function's code, which the linker may drop where it is copied into its callers."""
        module = self._final_module.clone()
        for function in module.functions:
            if not function.is_declaration and function.linkage == llvm.Linkage.external:
                function.linkage = "linkonce_odr"
        return module

    def _get_module_for_linking(self) -> Any:
        whole = self._own_module()
        for library in self._all()[1:]:
            if isinstance(library, Part):
                whole.link_in(library._own_module())
            else:
                whole.link_in(library._get_module_for_linking(), preserve=True)
        return whole


class PartCompiler(CompilerBase):
    """numba's usual passes, into a `Part`."""

    def define_pipelines(self) -> Any:
        state = self.state
        state.library = Part(state.targetctx.codegen(), state.func_id.func_qualname)
        return [DefaultPassBuilder.define_nopython_pipeline(state)]
