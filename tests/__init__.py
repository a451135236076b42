"""Tests of ccu, through its front door where that is possible."""
